// Minimises a function of the stranger's own with the installed library. The least value of
// f(x) = sum_i (x_i - i)^2 is 0, at x_i = i.
#include <cmath>
#include <cstdio>
#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/trust_region.hpp"

class BowlAt final : public nadir::Expansion {
 public:
  explicit BowlAt(std::span<const double> x) : x_(x.begin(), x.end()) {}

  double value() const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < x_.size(); ++i) sum += offset(i) * offset(i);
    return sum;
  }
  void gradient(std::span<double> out) const override {
    for (std::size_t i = 0; i < x_.size(); ++i) out[i] = 2 * offset(i);
  }
  void apply_hessian(nadir::ConstMatrixView V, nadir::MatrixView out) const override {
    for (nadir::Index j = 0; j < V.cols; ++j)
      for (nadir::Index i = 0; i < V.rows; ++i) out(i, j) = 2 * V(i, j);
  }

 private:
  double offset(std::size_t i) const { return x_[i] - static_cast<double>(i); }
  nadir::Vector x_;
};

class Bowl {
 public:
  Bowl() { layout_.add("x", 5, 1); }
  const nadir::Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const { return BowlAt(x).value(); }
  std::unique_ptr<nadir::Expansion> expand(std::span<const double> x) const { return std::make_unique<BowlAt>(x); }

 private:
  nadir::Layout layout_;
};

int main() {
  const Bowl problem;

  const auto solver = nadir::make_trust_region();
  const nadir::Result result = nadir::minimise(*solver, problem, nadir::Vector(5, 1.0), 0, nadir::Stopping{});

  for (std::size_t i = 0; i < 5; ++i)
    if (!(std::fabs(result.point[i] - static_cast<double>(i)) < 1e-8)) {
      std::printf("coordinate %zu is %.17g\n", i, result.point[i]);
      return 1;
    }
  return nadir::met_a_tolerance(result.termination) ? 0 : 1;
}
