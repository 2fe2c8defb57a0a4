#include "nadir/solvers/sgd.hpp"

#include "nadir/base/error.hpp"
#include "nadir/solvers/internal/sampled_descent.hpp"

namespace nadir {
namespace {

constexpr double default_learning_rate = 0.01;

class SgdRule final : public internal::UpdateRule {
 public:
  SgdRule(double momentum, bool is_nesterov) : momentum_(momentum), is_nesterov_(is_nesterov) {}

  void begin(std::size_t dimension) override { velocity_.assign(momentum_ > 0.0 ? dimension : 0, 0.0); }

  void move(double rate, std::span<const double> g, std::span<double> x) override {
    if (velocity_.empty()) {
      for (std::size_t i = 0; i < x.size(); ++i) x[i] -= rate * g[i];
      return;
    }
    double* v = velocity_.data();
    for (std::size_t i = 0; i < x.size(); ++i) {
      v[i] = momentum_ * v[i] + g[i];
      x[i] -= rate * (is_nesterov_ ? g[i] + momentum_ * v[i] : v[i]);
    }
  }

  void save(State& state) const override {
    if (!velocity_.empty()) state.set("velocity", velocity_);
  }
  void load(const State& state, std::size_t dimension) override {
    begin(dimension);
    if (!velocity_.empty()) velocity_ = internal::vector_of_state(state, "velocity", dimension);
  }

 private:
  double momentum_;
  bool is_nesterov_;
  Vector velocity_;  // empty without momentum
};

}  // namespace

OptionList rows(SgdOptions& o) {
  OptionList list = rows(o.minibatch);
  list.push_back(option("momentum", o.momentum, "share of the last move that is repeated").at_least(0.0).at_most(1.0 - 0x1p-53));
  list.push_back(option("nesterov", o.nesterov, "Nesterov's momentum, which looks ahead; needs --momentum"));
  return list;
}

std::unique_ptr<Solver> make_sgd(const SgdOptions& options) {
  SgdOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  if (checked.nesterov && checked.momentum == 0.0) throw InputError("--nesterov", "a --momentum with it", "none");
  return internal::make_sampled_descent("sgd", checked.minibatch, default_learning_rate,
                                        std::make_unique<SgdRule>(checked.momentum, checked.nesterov));
}

}  // namespace nadir
