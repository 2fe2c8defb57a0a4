// Verdicts as text, verify, and the version.
#include <pybind11/stl.h>

#include <string>

#include "nadir/core/verdict.hpp"
#include "nadir/driver/verify.hpp"
#include "nadir/io/verdict_json.hpp"
#include "nadir/linalg/dense.hpp"
#include "python/bindings/bindings.hpp"

namespace nadir::python {
namespace {

namespace py = pybind11;

Verdict verdict_of(const std::string& json) { return verdict_from_json(json, "verdict").verdict; }

std::string verify_in_python(const std::string& folder, bool insists_on_balls) {
  VerifyOptions options;
  options.arithmetic = insists_on_balls ? Arithmetic::balls : Arithmetic::automatic;
  const py::gil_scoped_release unlocked;
  return verification_to_json(verify(folder, options));
}

}  // namespace

void bind_runs(py::module_& m) {
  m.def("verdict_summary", [](const std::string& json) { return summary(verdict_of(json)); });
  m.def("verdict_meets", [](const std::string& json, const std::string& level) { return meets(verdict_of(json), level); });
  m.def("verify", &verify_in_python, py::arg("folder"), py::arg("insists_on_balls"));
  m.def("set_num_threads", &set_num_threads);
}

}  // namespace nadir::python
