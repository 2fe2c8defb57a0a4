// nadir.landscape and surveys of functions: driver/landscape/ and driver/survey/ for run folders, for problems with data in
// hand, and for functions written in Python.
//
// Each function gives {"json": the object of docs/formats/, "text": as the command line prints it}.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <string>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/driver/landscape/spectrum.hpp"
#include "nadir/driver/landscape/spectrum_record.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/point_of_family.hpp"
#include "nadir/driver/survey/survey_function.hpp"
#include "nadir/driver/survey/survey_text.hpp"
#include "nadir/report/spectrum_text.hpp"
#include "python/bindings/bindings.hpp"
#include "python/bindings/function_family.hpp"
#include "python/bindings/interruptible.hpp"
#include "python/bindings/problem.hpp"

namespace nadir::python {
namespace {

template <class Request>
Request request_of(const TextOptions& options) {
  Request request;
  OptionList list = rows(request);
  for (OptionRow& row : rows(request.run)) list.push_back(std::move(row));
  assign_all(list, options);
  use_threads(request.run);
  return request;
}

py::dict answer(const std::string& json, const std::string& text) {
  py::dict result;
  result["json"] = json;
  result["text"] = text;
  return result;
}

// ---- where the objective comes from --------------------------------------------------------------------------------

// A problem in hand, at a point of any layout that its family has; the family takes it.
struct ProblemAt {
  ProblemAt(Problem& problem, const py::object& point, const py::list& layout) : family(problem.family()), lock(problem.turn(), std::defer_lock), in_hand(point_of(point, layout)) {}
  // Without the interpreter lock.
  void prepare() {
    lock.lock();
    at = nadir::point_of(family, in_hand, "point");
  }
  ProblemRef problem() const { return family.problem(); }
  std::string name() const { return std::string(family.name()); }

  Family& family;
  std::unique_lock<std::mutex> lock;
  Point in_hand, at;
};

struct FunctionAtPoint {
  FunctionAtPoint(PythonFunction& f, const DoubleArray& x) : function(f), at(f.layout()) {
    at.values = vector_of(x);
    if (static_cast<Index>(at.values.size()) != f.layout().dimension())
      throw InputError("x", std::to_string(f.layout().dimension()) + " numbers", std::to_string(at.values.size()));
    function.set_judging(true);  // differences are then central
  }
  void prepare() {}
  ProblemRef problem() const { return function; }
  std::string name() const { return "function"; }

  PythonFunction& function;
  Point at;
};

// ---- spectrum ------------------------------------------------------------------------------------------------------

SpectrumOptions options_of(const SpectrumRequest& request, std::function<bool()> should_stop) {
  SpectrumOptions options{.top = request.top, .probes = request.probes, .steps = request.steps, .may_be_rough = !request.exact};
  options.seed = static_cast<std::uint64_t>(request.run.seed);
  options.should_stop = std::move(should_stop);
  return options;
}

template <class Where>
py::dict spectrum_at(Where& where, const TextOptions& texts) {
  const auto request = request_of<SpectrumRequest>(texts);
  Interruptible watch;
  Spectrum spectrum;
  SpectrumFacts facts{.family = where.name(), .value = 0.0, .point_sha256 = "", .seed = request.run.seed, .probes = request.probes, .seconds = 0.0};
  {
    const py::gil_scoped_release unlocked;
    const Stopwatch clock;
    where.prepare();
    const std::unique_ptr<Expansion> expansion = where.problem().expand(where.at.values);
    facts.value = expansion->value();
    spectrum = examine_spectrum(*expansion, where.at.layout, options_of(request, [&] { return watch.look() || clock.seconds() > request.run.time_limit; }));
    facts.seconds = clock.seconds();
  }
  watch.raise_if_any();
  if (!spectrum.is_finite) throw NumericalBreakdown("a product with the Hessian is not finite; scale the data towards 1");
  return answer(spectrum_to_json(spectrum, facts), spectrum_text(spectrum));
}

py::dict spectrum_of_problem(Problem& problem, const py::object& point, const py::list& layout, const TextOptions& texts) {
  ProblemAt where(problem, point, layout);
  return spectrum_at(where, texts);
}

py::dict spectrum_of_function(PythonFunction& function, const DoubleArray& x, const TextOptions& texts) {
  FunctionAtPoint where(function, x);
  return spectrum_at(where, texts);
}

// The run's record in C++ takes a flag: on a thread of its own, with this one looking for signals.
py::dict spectrum_of_run(const std::string& folder, const TextOptions& texts) {
  auto request = request_of<SpectrumRequest>(texts);
  request.folder = folder;
  Interruptible watch;
  SpectrumRun run;
  {
    const py::gil_scoped_release unlocked;
    watch.wait_for([&] { run = examine_run_spectrum(request, watch.flag()); });
  }
  watch.raise_if_any();
  return answer(run.json, spectrum_text(run.spectrum));
}

// ---- surveys of functions ------------------------------------------------------------------------------------------

SurveyDatabase::Identity identity_of(const FunctionFamily& family, std::uint64_t seed) {
  const Point first = family.start("given", seed, 0);
  return {{"family", "function"},
          {"dimension", std::to_string(first.values.size())},
          {"first start", "SHA-256 " + sha256_hex({reinterpret_cast<const char*>(first.values.data()), first.values.size() * sizeof(double)})}};
}

// `start(seed, index)` gives an array; `dense_limit`: variables up to which the judge looks at the whole Hessian.
py::dict survey_function_in_python(PythonFunction& function, const py::function& start, const TextOptions& options, Index dense_limit,
                                   const py::object& on_end) {
  SurveyRequest request;
  OptionList list = all_rows(request);
  for (OptionRow& row : rows(request.run)) list.push_back(std::move(row));
  assign_all(list, options);
  for (const auto& [name, text] : options) request.given.push_back(option_name(name));
  CurvatureOptions curvature;
  curvature.dense_limit = dense_limit;
  curvature.zero_tol = function.zero_tol();
  FunctionFamily family(function, [&start](std::uint64_t seed, std::uint64_t index) {
    const py::gil_scoped_acquire lock;
    return vector_of(start(seed, index).cast<DoubleArray>());
  }, curvature);
  Interruptible watch;
  SurveyHooks hooks;
  hooks.interrupt = watch.flag();
  hooks.on_end = [&](const SurveyStatus& s) {
    watch.look();
    if (!on_end.is_none()) watch.guard([&] { on_end(s.finished, s.starts, s.best_value, s.seconds); });
  };
  function.set_judging(false);
  function.reset_counts();
  const SurveyDatabase::Identity identity = identity_of(family, static_cast<std::uint64_t>(request.run.seed));
  FunctionSurvey survey;
  {
    const py::gil_scoped_release unlocked;
    survey = survey_function(family, request, identity, hooks);
  }
  watch.raise_if_any();
  return answer(survey_json(survey.result), survey_text(survey.result));
}

}  // namespace

void bind_landscape(py::module_& m) {
  m.def("spectrum_options", [] {
    SpectrumRequest request;
    return rows_list(rows(request));
  });
  m.def("spectrum_of_problem", &spectrum_of_problem);
  m.def("spectrum_of_function", &spectrum_of_function);
  m.def("spectrum_of_run", &spectrum_of_run);
  m.def("survey_function", &survey_function_in_python);
}

}  // namespace nadir::python
