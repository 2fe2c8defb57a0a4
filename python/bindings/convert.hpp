// Arrays, points and traces between NumPy and C++. What leaves C++ is never copied: an array keeps its memory alive.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/core/trace.hpp"
#include "nadir/core/trajectory.hpp"
#include "nadir/core/verdict.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir::python {

namespace py = pybind11;
using DoubleArray = py::array_t<double, py::array::c_style | py::array::forcecast>;

// A one-dimensional array that owns the values.
py::array owned(Vector&& values);
// A copy, which the receiver may keep and write to.
py::array copied(std::span<const double> values);
// All entries of an array, in C order.
Vector vector_of(const DoubleArray& array);

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
