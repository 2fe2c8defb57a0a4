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
#include "nadir/driver/landscape/path.hpp"
#include "nadir/driver/landscape/path_record.hpp"
#include "nadir/driver/landscape/slice.hpp"
#include "nadir/driver/landscape/slice_record.hpp"
#include "nadir/driver/landscape/spectrum.hpp"
#include "nadir/driver/landscape/spectrum_record.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/point_of_family.hpp"
#include "nadir/driver/survey/survey_function.hpp"
#include "nadir/driver/survey/survey_text.hpp"
#include "nadir/report/path_text.hpp"
#include "nadir/report/slice_text.hpp"
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
  const Point& start() const { return in_hand; }
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
  const Point& start() const { return at; }
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

// ---- slice ---------------------------------------------------------------------------------------------------------

// A point of the same layout beside the first.
Vector beside(const Point& at, const DoubleArray& values, const std::string& place) {
  if (values.size() != static_cast<py::ssize_t>(at.values.size()))
    throw InputError(place, std::to_string(at.values.size()) + " numbers", std::to_string(values.size()));
  return vector_of(values);
}

// Rows of `iterates` as points along a run; their values are computed here.
std::optional<Trajectory> trajectory_of(const py::object& iterates, const Point& at) {
  if (iterates.is_none()) return std::nullopt;
  const auto rows = iterates.cast<DoubleArray>();
  const auto n = static_cast<Index>(at.values.size());
  if (rows.ndim() != 2 || rows.shape(1) != n || rows.shape(0) < 1)
    throw InputError("trajectory", "points of " + std::to_string(n) + " numbers, one a row", "another array");
  Trajectory trajectory{.iterations = {}, .values = {}, .points = Matrix(n, rows.shape(0), vector_of(rows))};
  for (Index k = 0; k < trajectory.points.cols(); ++k) trajectory.iterations.push_back(k);
  return trajectory;
}

void evaluate(std::optional<Trajectory>& trajectory, const ProblemRef& problem) {
  if (!trajectory) return;
  for (Index k = 0; k < trajectory->points.cols(); ++k)
    trajectory->values.push_back(problem.value({trajectory->points.col(k), static_cast<std::size_t>(trajectory->points.rows())}));
}

// `others`: flat points that the slice leads to; `trajectory`: None or iterates, one a row.
template <class Where>
py::dict slice_at(Where& where, const TextOptions& texts, const std::vector<DoubleArray>& others, const py::object& iterates) {
  const auto request = request_of<SliceRequest>(texts);
  Interruptible watch;
  std::vector<NamedPoint> named;
  const std::vector<std::string> labels = others.size() == 1 ? std::vector<std::string>{"the other point"} : std::vector<std::string>{"the first other point", "the second"};
  for (std::size_t k = 0; k < others.size(); ++k) named.push_back({labels[std::min<std::size_t>(k, 1)], beside(where.start(), others[k], "to")});
  std::optional<Trajectory> trajectory = trajectory_of(iterates, where.start());
  Slice slice;
  SliceFacts facts{.family = where.name(), .point_sha256 = "", .seed = request.run.seed, .seconds = 0.0};
  {
    const py::gil_scoped_release unlocked;
    const Stopwatch clock;
    where.prepare();
    evaluate(trajectory, where.problem());
    slice = examine_subject_slice(request, {.problem = where.problem(), .point = where.at, .others = std::move(named), .trajectory = std::move(trajectory)},
                                  [&] { return watch.look() || clock.seconds() > request.run.time_limit; });
    facts.seconds = clock.seconds();
  }
  watch.raise_if_any();
  return answer(slice_to_json(slice, facts), slice_text(slice));
}

py::dict slice_of_problem(Problem& problem, const py::object& point, const py::list& layout, const TextOptions& texts,
                          const std::vector<DoubleArray>& others, const py::object& trajectory) {
  ProblemAt where(problem, point, layout);
  return slice_at(where, texts, others, trajectory);
}

py::dict slice_of_function(PythonFunction& function, const DoubleArray& x, const TextOptions& texts, const std::vector<DoubleArray>& others,
                           const py::object& trajectory) {
  FunctionAtPoint where(function, x);
  return slice_at(where, texts, others, trajectory);
}

py::dict slice_of_run(const std::string& folder, const TextOptions& texts) {
  auto request = request_of<SliceRequest>(texts);
  request.folder = folder;
  Interruptible watch;
  SliceRun run;
  {
    const py::gil_scoped_release unlocked;
    watch.wait_for([&] { run = examine_run_slice(request, watch.flag()); });
  }
  watch.raise_if_any();
  return answer(run.json, slice_text(run.slice));
}

// ---- path ----------------------------------------------------------------------------------------------------------

// {"names": as path.npz has them, "arrays": flat points}.
py::dict path_answer(const Path& path, const std::string& json) {
  py::dict result = answer(json, path_text(path));
  py::list bends;
  for (const PathCurve& curve : path.curves) {
    py::list points;
    for (Index k = 0; k < curve.bends.cols(); ++k) points.append(copied({curve.bends.col(k), static_cast<std::size_t>(curve.bends.rows())}));
    bends.append(points);
  }
  result["bends"] = bends;
  result["saddle"] = path.saddle ? py::object(copied(path.saddle->point)) : py::none();
  result["aligned"] = path.alignment ? py::object(copied(path.alignment->point)) : py::none();
  return result;
}

PathOptions options_of(const PathRequest& request, const std::vector<std::string>& kinds, std::function<bool()> should_stop) {
  PathOptions options{.bends = request.bends, .points = request.points, .max_iterations = request.iterations};
  if (!kinds.empty()) options.kinds.clear();
  for (const std::string& kind : kinds) options.kinds.push_back(curve_kind_from_name(kind));
  options.seed = static_cast<std::uint64_t>(request.run.seed);
  options.should_stop = std::move(should_stop);
  return options;
}

Path path_between(const ProblemAt& where, const Vector& other, bool align, const PathOptions& options) {
  Point end(where.at.layout);
  end.values = other;
  return find_family_path(where.family, where.at, end, align, options);
}
Path path_between(const FunctionAtPoint& where, const Vector& other, bool, const PathOptions& options) {
  CurvatureOptions curvature;
  curvature.zero_tol = where.function.zero_tol();
  return find_function_path(where.function, where.at.values, other, options, curvature);
}

template <class Where>
py::dict path_from(Where& where, const TextOptions& texts, const std::vector<std::string>& kinds, const DoubleArray& to) {
  const auto request = request_of<PathRequest>(texts);
  const Vector other = beside(where.start(), to, "other");
  Interruptible watch;
  Path path;
  PathFacts facts{.family = where.name(), .point_sha256 = "", .other_sha256 = "", .seed = request.run.seed, .seconds = 0.0};
  {
    const py::gil_scoped_release unlocked;
    const Stopwatch clock;
    where.prepare();
    path = path_between(where, other, request.align, options_of(request, kinds, [&] { return watch.look() || clock.seconds() > request.run.time_limit; }));
    facts.seconds = clock.seconds();
  }
  watch.raise_if_any();
  return path_answer(path, path_to_json(path, facts));
}

py::dict path_of_problem(Problem& problem, const py::object& point, const py::list& layout, const TextOptions& texts,
                         const std::vector<std::string>& kinds, const DoubleArray& other) {
  ProblemAt where(problem, point, layout);
  return path_from(where, texts, kinds, other);
}

py::dict path_of_function(PythonFunction& function, const DoubleArray& x, const TextOptions& texts, const std::vector<std::string>& kinds,
                          const DoubleArray& other) {
  FunctionAtPoint where(function, x);
  return path_from(where, texts, kinds, other);
}

py::dict path_of_run(const std::string& folder, const TextOptions& texts, const std::vector<std::string>& kinds, const std::string& other) {
  auto request = request_of<PathRequest>(texts);
  request.folder = folder;
  request.other = other;
  request.kinds = kinds;
  Interruptible watch;
  PathRun run;
  {
    const py::gil_scoped_release unlocked;
    watch.wait_for([&] { run = find_run_path(request, watch.flag()); });
  }
  watch.raise_if_any();
  return path_answer(run.path, run.json);
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

template <class Request>
py::list all_rows_of() {
  Request request;
  return rows_list(rows(request));
}

}  // namespace

void bind_landscape(py::module_& m) {
  m.def("spectrum_options", &all_rows_of<SpectrumRequest>);
  m.def("slice_options", &all_rows_of<SliceRequest>);
  m.def("path_options", &all_rows_of<PathRequest>);
  m.def("spectrum_of_problem", &spectrum_of_problem);
  m.def("spectrum_of_function", &spectrum_of_function);
  m.def("spectrum_of_run", &spectrum_of_run);
  m.def("slice_of_problem", &slice_of_problem);
  m.def("slice_of_function", &slice_of_function);
  m.def("slice_of_run", &slice_of_run);
  m.def("path_of_problem", &path_of_problem);
  m.def("path_of_function", &path_of_function);
  m.def("path_of_run", &path_of_run);
  m.def("survey_function", &survey_function_in_python);
}

}  // namespace nadir::python
