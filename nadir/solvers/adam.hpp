// Adam over shuffled batches; batches, learning rates and what comes after the epochs are told in minibatch.hpp.
//
//   m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2                     [KingmaBa2015, Alg. 1]
//   x <- x - rate m' / (sqrt(v') + epsilon),   m' = m / (1 - beta1^t),   v' = v / (1 - beta2^t)
// entry by entry; g the gradient of batch t = 1, 2, ..., m = v = 0 at first. The objective's weight decay is part of f
// and so of g: there is no decoupled decay beside it, because then the ends would not be critical points of f.
#pragma once

#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"
#include "nadir/solvers/minibatch.hpp"

namespace nadir {

struct AdamOptions {
  MinibatchOptions minibatch;
  double beta1 = 0.9, beta2 = 0.999;  // in [0, 1)
  double epsilon = 1e-8;
};
OptionList rows(AdamOptions& options);

// Throws InputError when an option is out of its range. The solver's begin() throws InputError for a problem without
// samples.
std::unique_ptr<Solver> make_adam(const AdamOptions& options = {});

}  // namespace nadir
