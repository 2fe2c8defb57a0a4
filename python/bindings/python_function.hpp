// A function written in Python as a problem that solvers and judges take (core/problem.hpp: SmoothProblem).
//
// The C++ side runs without the interpreter lock; every call takes it, lets a pending Ctrl-C through, and hands whatever
// the callback raised unchanged up to the caller of nadir.minimize. Callbacks get arrays of their own, which they may
// keep and write to. Several threads of the C++ side may ask at once; callbacks run one after another, because a user's
// function need not bear more (a PyTorch module does not) although the interpreter lock may change hands in the middle.
//
// Missing derivatives are differences. Along v, with steps h relative to the size of every
// variable, max(0.01, |x_i|):
//   gradient   forward (f(x + h e) - f(x)) / h while solving, central while judging or with `points` = 3
//   H v        forward (g(x + h v) - g(x)) / h while solving, central while judging
// Differences are off by about 1e-8 (forward) or 1e-10 (central) of the next derivative's size, more where the gradient
// itself is one: the judge's thresholds allow for that (zero_tol()).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "nadir/core/problem.hpp"
#include "python/bindings/convert.hpp"

namespace nadir::python {

struct CallCounts {
  std::int64_t fun = 0, jac = 0, hessp = 0;
};

class PythonFunction {
 public:
  // `jac` None: the gradient comes from differences with so many `points` (2 or 3), unless `is_paired` says that fun
  // returns (value, gradient). `hessp` None: differences of gradients. The blocks of `layout`, one after another, are the
  // vector that the callbacks get. Throws InputError for a dimension of 0.
  PythonFunction(py::object fun, py::object jac, py::object hessp, Layout layout, bool is_paired, int points);

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

  void set_judging(bool is_judging) { is_judging_ = is_judging; }
  CallCounts counts(bool is_judging) const { return counts_[is_judging ? 1 : 0]; }
  void reset_counts() { counts_[0] = counts_[1] = {}; }
  // Eigenvalues below this, relative to the largest, are what differences cannot tell from zero.
  double zero_tol() const;
  // Variables up to which a whole Hessian an iteration is worth its calls: few where each product is n values.
  Index scaling_limit() const { return is_difference_gradient() ? 6 : 20; }

  Vector gradient(std::span<const double> x) const;
  void hessian_product(std::span<const double> x, const Vector& gradient, std::span<const double> v, std::span<double> out) const;

 private:
  struct Memory {  // of the last point: fun is not called twice there
    Vector x;
    double value = 0.0;
    Vector gradient;
  };

  // Value and, where fun is paired, gradient; from the memory where the last point was this one.
  Memory evaluate(std::span<const double> x) const;
  double last_value() const;
  Vector call_jac(std::span<const double> x) const;
  Vector gradient_by_differences(std::span<const double> x) const;
  void product_by_differences(std::span<const double> x, const Vector& gradient, std::span<const double> v,
                              std::span<double> out) const;
  bool is_difference_gradient() const { return !is_paired_ && jac_.is_none(); }
  CallCounts& current() const { return counts_[is_judging_ ? 1 : 0]; }

  py::object fun_, jac_, hessp_;
  bool is_paired_;
  int points_;
  Layout layout_;
  bool is_judging_ = false;
  mutable CallCounts counts_[2];  // while solving, while judging
  mutable std::optional<Memory> memory_;
  mutable std::mutex turn_;  // of callbacks and of all that is mutable here; taken before the interpreter lock
};

}  // namespace nadir::python
