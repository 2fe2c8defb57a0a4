// Arrays, points and traces between NumPy and C++. Nothing is copied that need not be: an array that leaves C++ keeps its
// memory alive, and data that come in are shared with NumPy.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/core/trace.hpp"
#include "nadir/core/trajectory.hpp"
#include "nadir/core/verdict.hpp"
#include "nadir/linalg/shared.hpp"

namespace nadir::python {

namespace py = pybind11;
// In C order; an array of other numbers, or in another order, becomes one by a conversion.
template <class T>
using ArrayOf = py::array_t<T, py::array::c_style | py::array::forcecast>;
using DoubleArray = ArrayOf<double>;

// A one-dimensional array that owns the values.
py::array owned(Vector&& values);
// A copy, which the receiver may keep and write to.
py::array copied(std::span<const double> values);
// All entries of an array, in C order.
Vector vector_of(const DoubleArray& array);

// Keeps a Python object alive. The last copy may be dropped on any thread, with the interpreter lock or without; after
// the interpreter has begun to shut down nothing is given back, since there is nobody to give it to.
std::shared_ptr<const void> keeper_of(py::object object);
// Called once, when the module is imported.
void watch_for_shutdown();

// All entries of an array where they lie, in C order; copied only where they are not aligned. Whoever changes the array
// changes these.
template <class T>
SharedVector<T> shared(const ArrayOf<T>& array) {
  const std::span<const T> values(array.data(), static_cast<std::size_t>(array.size()));
  if (reinterpret_cast<std::uintptr_t>(values.data()) % alignof(T) == 0) return {values, keeper_of(array)};
  std::vector<T> copy(values.size());
  std::memcpy(copy.data(), values.data(), values.size_bytes());
  return copy;
}

// [("W1", rows, cols), ...]
py::list layout_list(const Layout& layout);
// {"flat": array, "layout": [...]}: python/nadir/_point.py makes views of it.
py::object point_dict(Point&& point);
// The inverse, of [("W1", rows, cols), ...] and a flat array; None is a point without entries.
Point point_of(const py::object& flat, const py::list& layout);

// Columns: {"iteration": array, ..., "event": list}.
py::dict trace_columns(const Trace& trace);
// {"iterations", "values", "points"}, the points one after another in one array; None where there are none.
py::object trajectory_dict(const Trajectory& trajectory);
// {"kind", "decrease", "displacement"} or None.
py::object escape_dict(std::optional<Escape>& escape);

}  // namespace nadir::python
