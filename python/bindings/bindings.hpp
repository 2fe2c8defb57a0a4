// The extension nadir._nadir: one thin file an area. What users see is python/nadir/*.py.
#pragma once

#include <pybind11/pybind11.h>

namespace nadir::python {

void bind_errors(pybind11::module_& m);
void bind_landscape(pybind11::module_& m);
void bind_minimise(pybind11::module_& m);
void bind_problem(pybind11::module_& m);
void bind_runs(pybind11::module_& m);

}  // namespace nadir::python
