// The loop of the stochastic gradient methods (solvers/minibatch.hpp); a method is the rule that moves the point.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "nadir/core/solver.hpp"
#include "nadir/solvers/minibatch.hpp"

namespace nadir::internal {

// What a method does with the gradient of a batch.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;
  // Forgets all earlier moves.
  virtual void begin(std::size_t dimension) = 0;
  // x <- x - learning_rate * direction(gradients so far)
  virtual void move(double learning_rate, std::span<const double> gradient, std::span<double> x) = 0;
  virtual void save(State& state) const = 0;
  // Throws InputError for a state of another dimension.
  virtual void load(const State& state, std::size_t dimension) = 0;
};

// Throws InputError for a problem without gradients of batches, naming the solver that wants them.
void require_samples(std::string_view solver, const ProblemRef& problem);

// The samples 0, ..., n - 1 in the order in which an epoch uses them: uniform among all orders [Durstenfeld1964].
std::vector<Index> order_of_epoch(std::uint64_t seed, std::int64_t epoch, Index num_samples);

// The learning rate of move k = 0, ..., K - 1.
double scheduled_rate(const MinibatchOptions& options, double learning_rate, double k, double K);

// The entry of that name; throws InputError where it has another length.
Vector vector_of_state(const State& state, const char* name, std::size_t dimension);

// `name` must be a string literal. Throws InputError for options out of their range.
std::unique_ptr<Solver> make_sampled_descent(std::string_view name, MinibatchOptions options, double default_learning_rate,
                                             std::unique_ptr<UpdateRule> rule);

}  // namespace nadir::internal
