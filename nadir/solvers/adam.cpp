#include "nadir/solvers/adam.hpp"

#include <cmath>

#include "nadir/linalg/elementwise.hpp"
#include "nadir/solvers/internal/sampled_descent.hpp"

namespace nadir {
namespace {

constexpr double default_learning_rate = 1e-3;

class AdamRule final : public internal::UpdateRule {
 public:
  AdamRule(double beta1, double beta2, double epsilon) : beta1_(beta1), beta2_(beta2), epsilon_(epsilon) {}

  void begin(std::size_t dimension) override {
    first_.assign(dimension, 0.0);
    second_.assign(dimension, 0.0);
    num_moves_ = 0;
  }

  void move(double rate, std::span<const double> g, std::span<double> x) override {
    const double t = static_cast<double>(++num_moves_);
    const double step = rate / (1.0 - std::pow(beta1_, t)), correction = 1.0 / std::sqrt(1.0 - std::pow(beta2_, t));
    step_along_moments({beta1_, beta2_, step, correction, epsilon_}, static_cast<Index>(x.size()), g.data(), first_.data(),
                       second_.data(), x.data());
  }

  void save(State& state) const override {
    state.set("first_moment", first_);
    state.set("second_moment", second_);
    state.set_integer("num_moves", num_moves_);
  }
  void load(const State& state, std::size_t dimension) override {
    first_ = internal::vector_of_state(state, "first_moment", dimension);
    second_ = internal::vector_of_state(state, "second_moment", dimension);
    num_moves_ = state.integer("num_moves");
  }

 private:
  double beta1_, beta2_, epsilon_;
  Vector first_, second_;
  std::uint64_t num_moves_ = 0;
};

}  // namespace

OptionList rows(AdamOptions& o) {
  OptionList list = rows(o.minibatch);
  list.push_back(option("beta1", o.beta1, "share of the mean gradient that is kept").at_least(0.0).at_most(1.0 - 0x1p-53));
  list.push_back(option("beta2", o.beta2, "share of the mean squared gradient that is kept").at_least(0.0).at_most(1.0 - 0x1p-53));
  list.push_back(option("epsilon", o.epsilon, "what is added to the root of the mean squared gradient").above(0.0));
  return list;
}

std::unique_ptr<Solver> make_adam(const AdamOptions& options) {
  AdamOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  return internal::make_sampled_descent("adam", checked.minibatch, default_learning_rate,
                                        std::make_unique<AdamRule>(checked.beta1, checked.beta2, checked.epsilon));
}

}  // namespace nadir
