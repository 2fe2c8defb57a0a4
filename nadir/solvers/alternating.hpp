// Alternating minimisation, then Newton: each of two blocks is minimised exactly while the other is fixed, for as long
// as a sweep pays; the trust region goes on from there.
//
//   x_1 <- argmin f(., x_2),  x_2 <- argmin f(x_1, .)                         [GrippoSciandrone2000, sec. 3]
// For the factors of a matrix this is alternating least squares. Sweeps are cheap and far-sighted at first and
// converge linearly at best; once the value falls by less than a share `switch_decrease` a sweep, the second-order
// method takes over (solvers/trust_region.hpp), which also leaves saddles. A problem without block minimisers is
// given to the trust region at once.
//
// The first half of a sweep is made one step ahead: it measures value and gradient of the present point in
// passing, so that neither costs a pass of its own. Cost of a sweep: two block minimisations. A problem that makes its
// sweeps itself (SweepingProblem: more than two blocks) makes each one step ahead.
#pragma once

#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"

namespace nadir {

struct AlternatingOptions {
  // Relative decrease of the value by a sweep below which Newton's method takes over; 0: never.
  double switch_decrease = 1e-3;
};
OptionList rows(AlternatingOptions& options);

// Throws InputError when an option is out of its range.
std::unique_ptr<Solver> make_alternating(const AlternatingOptions& options = {});

}  // namespace nadir
