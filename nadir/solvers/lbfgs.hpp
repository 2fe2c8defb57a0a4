// L-BFGS: quasi-Newton steps from the last few changes of point and gradient, with a Wolfe line search.
//
// The direction is -H g, with H from `memory` pairs (s, y) by the two-loop recursion [NocedalWright2006,
// Alg. 7.4 and 7.5]. The initial matrix is gamma M^{-1}, where M is the preconditioner of the expansion and
// gamma = s'y / y'M^{-1}y from the newest pair ([NocedalWright2006, (7.20)] for M = I). Line search:
// line_search.hpp. Where the search fails the memory is dropped (event "restart"); where it fails without
// memory, precision is used up.
#pragma once

#include <cstdint>
#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"

namespace nadir {

struct LbfgsOptions {
  std::int64_t memory = 10;  // pairs kept; each costs two vectors of the point's size
};
OptionList rows(LbfgsOptions& options);

// Throws InputError when an option is out of its range.
std::unique_ptr<Solver> make_lbfgs(const LbfgsOptions& options = {});

}  // namespace nadir
