// Stochastic gradient descent over shuffled batches, with momentum if wanted; batches, learning rates and what comes
// after the epochs are told in minibatch.hpp.
//
//   v <- momentum v + g,   x <- x - rate v                                             [Polyak1964]
//   nesterov:              x <- x - rate (g + momentum v)                    [SutskeverEtAl2013, sec. 2]
// g the gradient of one batch, the penalty's included; v = 0 at first. These are PyTorch's formulas. With one batch of
// all samples and a constant rate this is gradient descent with that step (gradient_descent.hpp).
#pragma once

#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"
#include "nadir/solvers/minibatch.hpp"

namespace nadir {

struct SgdOptions {
  MinibatchOptions minibatch;
  double momentum = 0.0;  // in [0, 1)
  bool nesterov = false;  // needs momentum
};
OptionList rows(SgdOptions& options);

// Throws InputError when an option is out of its range, or nesterov comes without momentum. The solver's begin() throws
// InputError for a problem without samples.
std::unique_ptr<Solver> make_sgd(const SgdOptions& options = {});

}  // namespace nadir
