// Two wells and a strict saddle between them: the smallest problem that has everything.
//
//   f(x) = (x_1^2 - a^2)^2 / 4 + (x_2^2 + ... + x_d^2) / 2,   a > 0
//
// Least value 0, at (+-a, 0, ..., 0); strict saddle with curvature -a^2 at the origin; no other critical
// points. README.md has the mathematics. Block `x`: d x 1.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/double_well/options.hpp"

namespace nadir {

class DoubleWell {
 public:
  // Throws InputError when an option is out of its range.
  explicit DoubleWell(const DoubleWellOptions& options = {});

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

  double a() const { return a_; }

 private:
  double a_;
  Layout layout_;
};

static_assert(SmoothProblem<DoubleWell>);

}  // namespace nadir
