#include <pybind11/pybind11.h>

#include "nadir/base/version.hpp"
#include "python/bindings/bindings.hpp"

PYBIND11_MODULE(_nadir, m) {
  m.doc() = "The C++ side of nadir. Not for use by itself: import nadir.";
  m.attr("__version__") = nadir::version();
  nadir::python::bind_errors(m);
  nadir::python::bind_minimise(m);
  nadir::python::bind_problem(m);
  nadir::python::bind_landscape(m);
  nadir::python::bind_runs(m);
}
