#include "python/bindings/python_function.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::python {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double least_size = 1e-2;  // what a variable is taken to vary by at least, however small it is

void let_signals_through() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

double number_from(const py::object& returned) {
  const double value = PyFloat_AsDouble(returned.ptr());
  if (value == -1.0 && PyErr_Occurred()) {
    PyErr_Clear();
    throw py::type_error("fun: expected a real number, found " + py::repr(py::type::of(returned)).cast<std::string>());
  }
  return value;
}

// As doubles; refused where that would lose something: complex numbers, text, objects.
Vector numbers_from(const py::object& returned, const char* what, Index n) {
  const py::array array = py::array::ensure(returned);
  if (!array) {
    PyErr_Clear();
    throw py::type_error(std::string(what) + ": expected an array of " + std::to_string(n) + " numbers");
  }
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b')
    throw py::type_error(std::string(what) + ": expected real numbers, found " + py::str(array.dtype()).cast<std::string>());
  if (array.size() != n)
    throw InputError(what, std::to_string(n) + " numbers", std::to_string(array.size()));
  return vector_of(DoubleArray(array));
}

class FunctionAt final : public Expansion {
 public:
  FunctionAt(const PythonFunction& function, std::span<const double> x, double value)
      : function_(function), x_(x.begin(), x.end()), value_(value) {}

  double value() const override { return value_; }
  void gradient(std::span<double> out) const override { std::copy_n(known_gradient().data(), out.size(), out.data()); }
  void apply_hessian(ConstMatrixView V, MatrixView out) const override {
    const auto n = static_cast<std::size_t>(V.rows);
    for (Index j = 0; j < V.cols; ++j)
      function_.hessian_product(x_, known_gradient(), {V.col(j), n}, {out.col(j), n});
  }

 private:
  const Vector& known_gradient() const {
    if (gradient_.empty()) gradient_ = function_.gradient(x_);
    return gradient_;
  }

  const PythonFunction& function_;
  Vector x_;
  double value_;
  mutable Vector gradient_;
};

}  // namespace

PythonFunction::PythonFunction(py::object fun, py::object jac, py::object hessp, Layout layout, bool is_paired, int points)
    : fun_(std::move(fun)), jac_(std::move(jac)), hessp_(std::move(hessp)), is_paired_(is_paired), points_(points), layout_(std::move(layout)) {
  if (layout_.dimension() < 1) throw InputError("x0", "at least one number", "an empty array");
}

double PythonFunction::zero_tol() const {
  if (is_difference_gradient()) return 1e-5;
  return hessp_.is_none() ? 1e-6 : 1e-8;
}

double PythonFunction::value(std::span<const double> x) const { return evaluate(x).value; }

PythonFunction::Memory PythonFunction::evaluate(std::span<const double> x) const {
  const std::lock_guard turn(turn_);
  if (memory_ && std::equal(x.begin(), x.end(), memory_->x.begin(), memory_->x.end())) return *memory_;
  const py::gil_scoped_acquire lock;
  Memory memory{Vector(x.begin(), x.end()), 0.0, {}};
  memory_.reset();
  let_signals_through();
  ++current().fun;
  py::object returned = fun_(copied(x));
  if (is_paired_) {
    if (!py::isinstance<py::sequence>(returned) || py::len(returned) != 2)
      throw py::type_error("fun: expected (value, gradient), because jac=True");
    memory.gradient = numbers_from(returned[py::int_(1)], "fun: the gradient", layout_.dimension());
    ++current().jac;
    returned = returned[py::int_(0)];
  }
  memory.value = number_from(returned);
  let_signals_through();
  memory_ = memory;
  return memory;
}

double PythonFunction::last_value() const {
  const std::lock_guard turn(turn_);
  return memory_ ? memory_->value : 0.0;
}

std::unique_ptr<Expansion> PythonFunction::expand(std::span<const double> x) const {
  return std::make_unique<FunctionAt>(*this, x, value(x));
}

Vector PythonFunction::gradient(std::span<const double> x) const {
  if (!is_paired_) return is_difference_gradient() ? gradient_by_differences(x) : call_jac(x);
  return evaluate(x).gradient;
}

Vector PythonFunction::call_jac(std::span<const double> x) const {
  const std::lock_guard turn(turn_);
  const py::gil_scoped_acquire lock;
  let_signals_through();
  ++current().jac;
  Vector gradient = numbers_from(jac_(copied(x)), "jac", layout_.dimension());
  let_signals_through();
  return gradient;
}

Vector PythonFunction::gradient_by_differences(std::span<const double> x) const {
  const bool is_central = is_judging_ || points_ == 3;
  const double share = is_central ? std::cbrt(epsilon) : std::sqrt(epsilon);
  const double here = is_central ? 0.0 : value(x);
  Vector moved(x.begin(), x.end()), gradient(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double h = share * std::fmax(least_size, std::fabs(x[i]));
    moved[i] = x[i] + h;
    const double up = moved[i], above = value(moved);
    moved[i] = x[i] - h;
    const double down = is_central ? moved[i] : x[i], below = is_central ? value(moved) : here;
    moved[i] = x[i];
    gradient[i] = (above - below) / (up - down);
  }
  return gradient;
}

void PythonFunction::hessian_product(std::span<const double> x, const Vector& gradient_here, std::span<const double> v,
                                     std::span<double> out) const {
  if (hessp_.is_none()) return product_by_differences(x, gradient_here, v, out);
  const std::lock_guard turn(turn_);
  const py::gil_scoped_acquire lock;
  let_signals_through();
  ++current().hessp;
  const Vector product = numbers_from(hessp_(copied(x), copied(v)), "hessp", layout_.dimension());
  std::copy(product.begin(), product.end(), out.begin());
  let_signals_through();
}

void PythonFunction::product_by_differences(std::span<const double> x, const Vector& gradient_here,
                                            std::span<const double> v, std::span<double> out) const {
  const double length = norm(v);
  if (!(length > 0.0)) return std::fill(out.begin(), out.end(), length);  // zero, or NaN
  // The gradient's own error, relative, decides how far apart two gradients must lie.
  const double noise = is_difference_gradient() ? (is_judging_ || points_ == 3 ? 1e-10 : 1e-8) : epsilon;
  const double share = is_judging_ ? std::cbrt(noise) : std::sqrt(noise);
  // No variable moves by more than that share of itself.
  double fastest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) fastest = std::fmax(fastest, std::fabs(v[i]) / std::fmax(least_size, std::fabs(x[i])));
  const double h = share / fastest;
  const auto gradient_at = [&](double t) {
    Vector moved(x.begin(), x.end());
    axpy(t, v, moved);
    return gradient(moved);
  };
  const Vector above = gradient_at(h), below = is_judging_ ? gradient_at(-h) : gradient_here;
  const double width = is_judging_ ? 2.0 * h : h;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (above[i] - below[i]) / width;
  if (!is_judging_ || !is_difference_gradient()) return;
  // Second differences of values: what their rounding alone may have made is no curvature.
  const double rounding = 16.0 * epsilon * std::fabs(last_value());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double step = std::cbrt(epsilon) * std::fmax(least_size, std::fabs(x[i]));
    if (std::fabs(out[i]) <= rounding / (step * h)) out[i] = 0.0;
  }
}

}  // namespace nadir::python
