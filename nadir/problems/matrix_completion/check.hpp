// The check of matrix-completion's certificates: every claim re-derived in ball arithmetic from the definition in
// check_model.hpp and the theorems in check_bound.hpp. README.md, Claims, lists the kinds and their numbers.
//
// Witnesses, entries of witness.npz: direction, escape, better; flat vectors of the point's dimension (U by columns,
// then V). Without an `escape` the blocks escape/U and escape/V of point.npz.
//
// Where the spectral norm would take more than some seconds in balls, it is bounded through rigor/, and the outcome
// says so; all else is done in balls at every size.
#pragma once

#include <memory>

#include "nadir/verify/check.hpp"

namespace nadir {

std::unique_ptr<FamilyCheck> make_matrix_completion_check();

}  // namespace nadir
