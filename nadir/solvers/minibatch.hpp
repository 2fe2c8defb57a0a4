// What the stochastic gradient methods share: epochs of shuffled batches, and what comes after them.
//
// For f(x) = 1/n sum_i f_i(x) + penalty(x) (SampledProblem in core/problem.hpp) an epoch parts the samples into batches
// of `batch_size`, the last one smaller where it must be, and moves the point once a batch, along a direction made of
// that batch's gradient alone [RobbinsMonro1951]. Which samples a batch holds is a function of the seed and the number
// of the epoch, and of nothing else. The learning rate of move k of K is
//   constant   rate
//   cosine     rate (1 + cos(pi k / K)) / 2                                  [LoshchilovHutter2017, eq. 5, one period]
//
// Noise keeps such a method away from critical points, so that no judge can say much of where it stops. Therefore it is
// a start: after its epochs, or once `patience` measurements brought no new least value, the solver named in `then`
// goes on from the best point measured, to a critical point.
//
// An iteration is `measure_every` epochs, and then one value and gradient of the whole of f, which costs about as much as
// an epoch. Time limits and interrupts are looked at between iterations. Of the counts, the samples
// of batches enter values and gradients as the share of n they are, rounded up. Where f is not finite after an
// iteration the run ends in not_finite: the learning rate was too large.
#pragma once

#include <cstdint>
#include <string>

#include "nadir/core/options.hpp"

namespace nadir {

struct MinibatchOptions {
  std::int64_t batch_size = 128;
  std::int64_t epochs = 20;
  double learning_rate = 0.0;  // 0: the method's own default
  std::string schedule = "constant";
  std::int64_t measure_every = 1;
  std::int64_t patience = 10;  // 0: every epoch is made
  std::string then = "trust-region";
};
OptionList rows(MinibatchOptions& options);

}  // namespace nadir
