// nadir.minimize and the judging of functions: driver/minimise_function.hpp for functions written in Python.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <string>

#include "nadir/driver/minimise_function.hpp"
#include "nadir/io/verdict_json.hpp"
#include "nadir/judge/judge.hpp"
#include "python/bindings/bindings.hpp"
#include "python/bindings/python_function.hpp"
#include "python/bindings/text_options.hpp"

namespace nadir::python {
namespace {

FunctionRequest request_of(const PythonFunction& function, const TextOptions& options) {
  FunctionRequest request;
  std::int64_t seed = 0, dense_limit = 200;
  OptionList rows = all_rows(request.options);
  rows.push_back(option("seed", seed, ""));
  rows.push_back(option("time-limit", request.max_seconds, "").at_least(0.0));
  rows.push_back(option("judge", request.is_judged, ""));
  std::int64_t scaling_limit = static_cast<std::int64_t>(function.scaling_limit());
  rows.push_back(option("scaling-limit", scaling_limit, "").at_least(0));
  rows.push_back(option("dense-limit", dense_limit, "").at_least(0));
  assign_all(rows, options);
  request.seed = static_cast<std::uint64_t>(seed);
  request.scaling_limit = static_cast<Index>(scaling_limit);
  request.curvature.dense_limit = static_cast<Index>(dense_limit);
  request.curvature.zero_tol = function.zero_tol();
  return request;
}

py::dict counts_dict(const CallCounts& counts) {
  py::dict result;
  result["fun"] = counts.fun;
  result["jac"] = counts.jac;
  result["hessp"] = counts.hessp;
  return result;
}

void add_judgement(py::dict& result, Judgement& judgement, const Seconds& seconds) {
  result["json"] = verdict_to_json(judgement.verdict, seconds);
  result["escape"] = escape_dict(judgement.verdict.escape);
}

py::dict minimise_in_python(PythonFunction& function, const DoubleArray& x0, const TextOptions& options,
                            const py::object& callback) {
  const FunctionRequest request = request_of(function, options);
  const Vector start = vector_of(x0);
  FunctionHooks hooks;
  hooks.on_judging = [&function](bool is_judging) { function.set_judging(is_judging); };
  if (!callback.is_none())
    hooks.on_iteration = [&callback](const TraceRow& row, std::span<const double> x) {
      const py::gil_scoped_acquire lock;
      return callback(copied(x), row.value, row.iteration).cast<bool>();
    };
  function.set_judging(false);
  function.reset_counts();
  FunctionOutcome outcome;
  {
    const py::gil_scoped_release unlocked;
    outcome = minimise_function(function, start, request, hooks);
  }
  py::dict result;
  result["x"] = owned(std::move(outcome.result.point));
  result["value"] = outcome.result.value;
  result["gradient_norm"] = outcome.result.gradient_norm;
  result["termination"] = std::string(name(outcome.result.termination));
  result["met_a_tolerance"] = met_a_tolerance(outcome.result.termination);
  result["message"] = outcome.result.message;
  result["iterations"] = outcome.result.counts.iterations;
  result["escapes"] = outcome.escapes;
  result["seconds"] = outcome.result.seconds;
  result["solving"] = counts_dict(function.counts(false));
  result["judging"] = counts_dict(function.counts(true));
  result["trace"] = trace_columns(outcome.trace);
  if (outcome.judgement) add_judgement(result, *outcome.judgement, {{"solve", outcome.result.seconds}});
  return result;
}

py::dict judge_in_python(PythonFunction& function, const DoubleArray& x, const TextOptions& options,
                         const std::vector<DoubleArray>& better) {
  const FunctionRequest request = request_of(function, options);
  const Vector point = vector_of(x);
  JudgeOptions judging{.gap_tol = request.options.gap, .criticality_tol = request.options.gradient_tolerance, .better_points = {}};
  for (const DoubleArray& other : better) judging.better_points.push_back(vector_of(other));
  CurvatureOptions curvature = request.curvature;
  curvature.seed = request.seed;
  function.set_judging(true);
  function.reset_counts();
  Judgement judgement;
  {
    const py::gil_scoped_release unlocked;
    judgement = judge_numerically(request.name, function, point, judging, curvature);
  }
  py::dict result;
  result["judging"] = counts_dict(function.counts(true));
  add_judgement(result, judgement, {});
  return result;
}

std::unique_ptr<PythonFunction> function_of(py::object fun, py::object jac, py::object hessp, const py::list& blocks, bool is_paired,
                                            int points) {
  Layout layout;
  for (const py::handle& item : blocks) {
    const auto block = item.cast<py::tuple>();
    layout.add(block[0].cast<std::string>(), block[1].cast<Index>(), block[2].cast<Index>());
  }
  return std::make_unique<PythonFunction>(std::move(fun), std::move(jac), std::move(hessp), std::move(layout), is_paired, points);
}

}  // namespace

void bind_minimise(py::module_& m) {
  py::class_<PythonFunction>(m, "Function")
      .def(py::init(&function_of), py::arg("fun"), py::arg("jac"), py::arg("hessp"), py::arg("layout"), py::arg("is_paired"),
           py::arg("points"))
      .def("value", [](const PythonFunction& f, const DoubleArray& x) {
        const Vector at = vector_of(x);
        const py::gil_scoped_release unlocked;
        return f.value(at);
      })
      .def("gradient", [](const PythonFunction& f, const DoubleArray& x) {
        Vector gradient = vector_of(x);
        {
          const py::gil_scoped_release unlocked;
          gradient = f.gradient(Vector(gradient));
        }
        return owned(std::move(gradient));
      });
  m.def("minimise", &minimise_in_python, py::arg("function"), py::arg("x0"), py::arg("options"), py::arg("callback"));
  m.def("judge_function", &judge_in_python, py::arg("function"), py::arg("x"), py::arg("options"), py::arg("better"));
  m.def("solver_names", &solver_names);
}

}  // namespace nadir::python
