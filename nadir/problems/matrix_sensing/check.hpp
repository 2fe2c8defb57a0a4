// The check of matrix-sensing's certificates: every claim re-derived from the data and the definition
//
//   f = 1/2 |A(X) - y|^2 + L |X|_*  (in factored form: check_point.hpp)
//
// in balls, or through rigor/ where the operator is so large that balls would take minutes. Kinds of claim: those of
// core/certificate.hpp, and of lower-bound the numbers
//   bound, excess, size_bound   with the witness "dual/z" = z: bound <= <z, y> - |z|^2/2 - excess size_bound, where
//                               A^*(z) <= (L + excess) I for psd, |A^*(z)|_2 <= L + excess otherwise, and no X with a
//                               value below that of the point has |X|_* > size_bound: because L size_bound >= f, or, for
//                               psd and the witness "dual/w" = w, A^*(w) >= I and |w| (|y| + sqrt(2 f)) <= size_bound,
//                               or |A(X)| >= s |X|_F and sqrt(min(n, m)) (|y| + sqrt(2 f)) <= s size_bound (proofs:
//                               README.md). size_bound is absent where excess = 0. A bound of 0 needs nothing.
// Witnesses `direction`, `better`, `path/1`, `path/2` are flat vectors, U before V.
#pragma once

#include <memory>

#include "nadir/verify/check.hpp"

namespace nadir {

std::unique_ptr<FamilyCheck> make_matrix_sensing_check();

}  // namespace nadir
