// Minimise a function of your own: no base class, three members, and the solvers and judges take it.
//
// The function is f(x, y) = (x^2 - 1)^2 / 4 + x y + y^2, and the start is the origin, a saddle where the
// gradient vanishes. Critical points, by hand: y = -x/2 and x (x^2 - 3/2) = 0; so the minima are at
// +-(sqrt(3/2), -sqrt(3/2)/2) with value -5/16.
#include <cmath>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "nadir/core/problem.hpp"
#include "nadir/judge/judge.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/trust_region.hpp"

// The second-order picture at one point: whatever value, gradient and Hessian share is kept here.
class TiltedWellsAt final : public nadir::Expansion {
 public:
  TiltedWellsAt(double x, double y) : x_(x), y_(y) {}

  double value() const override { return 0.25 * (x_ * x_ - 1) * (x_ * x_ - 1) + x_ * y_ + y_ * y_; }

  void gradient(std::span<double> out) const override {
    out[0] = x_ * (x_ * x_ - 1) + y_;
    out[1] = x_ + 2 * y_;
  }

  // Products with whole blocks of vectors, one a column.
  void apply_hessian(nadir::ConstMatrixView V, nadir::MatrixView out) const override {
    for (nadir::Index j = 0; j < V.cols; ++j) {
      out(0, j) = (3 * x_ * x_ - 1) * V(0, j) + V(1, j);
      out(1, j) = V(0, j) + 2 * V(1, j);
    }
  }

 private:
  double x_, y_;
};

class TiltedWells {
 public:
  TiltedWells() { layout_.add("xy", 2, 1); }  // one block, named, 2 x 1

  const nadir::Layout& layout() const { return layout_; }
  double value(std::span<const double> p) const { return TiltedWellsAt(p[0], p[1]).value(); }
  std::unique_ptr<nadir::Expansion> expand(std::span<const double> p) const {
    return std::make_unique<TiltedWellsAt>(p[0], p[1]);
  }

 private:
  nadir::Layout layout_;
};

static_assert(nadir::SmoothProblem<TiltedWells>);

int main() {
  const TiltedWells problem;
  const nadir::Vector start{0.0, 0.0};

  // A solver finds a point and says why it stopped; it does not grade it.
  const auto solver = nadir::make_trust_region();
  const nadir::Result result = nadir::minimise(*solver, problem, start, /*seed=*/0, nadir::Stopping{});
  std::printf("point      +-(%.6f, %.6f)\n", std::abs(result.point[0]), -std::abs(result.point[1]));
  std::printf("value      %.6f\n", result.value);

  // A judge grades a point and does not care who found it.
  const auto print_verdict = [&](const char* what, const nadir::Vector& point) {
    const nadir::Verdict verdict = nadir::judge_numerically("tilted-wells", problem, point).verdict;
    std::printf("the %-5s  %s, %s\n", what, std::string(name(verdict.headline)).c_str(),
                std::string(name(verdict.rigor)).c_str());
  };
  print_verdict("start", start);
  print_verdict("end", result.point);
  return 0;
}
