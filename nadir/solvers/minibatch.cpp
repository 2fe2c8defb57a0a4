#include "nadir/solvers/minibatch.hpp"

namespace nadir {

OptionList rows(MinibatchOptions& o) {
  return {option("batch-size", o.batch_size, "samples a move is made from").at_least(1).at_most(1e15),
          option("epochs", o.epochs, "how often every sample is used, at most").at_least(1).at_most(1e9),
          option("learning-rate", o.learning_rate, "length of a move over its direction; 0: 0.01 with sgd, 0.001 with adam").at_least(0.0),
          option("learning-rate-schedule", o.schedule, "whether the rate stays or falls to 0 by the last epoch").one_of({"constant", "cosine"}),
          option("measure-every", o.measure_every, "epochs of an iteration: value and gradient are measured after it").at_least(1).at_most(1e9),
          option("patience", o.patience, "iterations without a new least value after which epochs end; 0: never").at_least(0),
          option("then", o.then, "solver that goes on after the epochs").one_of({"trust-region", "l-bfgs", "none"})};
}

}  // namespace nadir
