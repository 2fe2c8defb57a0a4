// The check of tucker's certificates: every claim re-derived from the data and the definition (check_evaluation.hpp), in
// balls, or through rigor/ where the tensor is so large that balls would take minutes. Kinds of claim: those of
// core/certificate.hpp, and
//   lower-bound             bound, split: bound <= 1/2 (the sum of the squared singular values of T_(I) beyond the first R),
//                           R = min(prod_{I} r_k, prod_{not I} r_k), mode k + 1 in I where bit k of split is set
//   lower-bound             bound, mode, greatest and the witness "cells" (check_sphere.hpp): bound <= 1/2 (|T|^2 - greatest)
//   minimum-up-to-symmetry  radius, least_eigenvalue, core_scale and the witness "slice" (check_slice.hpp)
//   no-negative-curvature   where three blocks or more are exactly zero (all, with a regulariser): the Hessian is zero
//   descending-path         with "path/2" = 0: a line
// Witnesses direction, better, path/1, path/2 are flat vectors, core, A1, A2, ... column-major.
#pragma once

#include <memory>

#include "nadir/verify/check.hpp"

namespace nadir {

std::unique_ptr<FamilyCheck> make_tucker_check();

}  // namespace nadir
