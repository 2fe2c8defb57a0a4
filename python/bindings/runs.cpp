// solve, judge, survey and verify, over problems with data in hand: the functions of driver/.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <string>

#include "nadir/base/clock.hpp"
#include "nadir/core/verdict.hpp"
#include "nadir/driver/judge.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/solve.hpp"
#include "nadir/driver/survey/survey.hpp"
#include "nadir/driver/survey/survey_text.hpp"
#include "nadir/driver/verify.hpp"
#include "nadir/io/verdict_json.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "python/bindings/bindings.hpp"
#include "python/bindings/interruptible.hpp"
#include "python/bindings/problem.hpp"

namespace nadir::python {
namespace {

template <class Request>
void assign_to(Request& request, OptionList rows, const TextOptions& options) {
  for (OptionRow& row : nadir::rows(request.run)) rows.push_back(std::move(row));
  assign_all(rows, options);
  use_threads(request.run);
}

py::dict solve_in_python(Problem& problem, const TextOptions& options, const py::object& start, const py::list& start_layout,
                         const py::object& on_folder, const py::object& on_row) {
  SolveRequest request;
  assign_to(request, all_rows(request.options), options);
  request.given = problem.given(options);
  request.start_in_hand = point_of(start, start_layout);
  Interruptible watch;
  Trace trace;
  SolveHooks hooks;
  hooks.interrupts = {watch.flag(), [&watch] { watch.look(); }};
  hooks.on_row = [&](const TraceRow& row) {
    trace.push_back(row);
    watch.look();
    if (!on_row.is_none()) watch.guard([&] { on_row(row.iteration, row.seconds, row.value, row.gradient_norm, row.event); });
  };
  if (!on_folder.is_none())
    hooks.on_folder = [&](const std::string& folder) { watch.guard([&] { on_folder(folder); }); };
  RunOutcome outcome;
  {
    const py::gil_scoped_release unlocked;
    Family& family = problem.family();
    outcome = request.run.output.empty() ? solve_in_memory(family, request, hooks) : nadir::solve(family, request, hooks);
  }
  watch.raise_if_any();
  problem.require_same_data();
  return outcome_dict(outcome, trace);
}

py::dict judge_in_python(Problem& problem, const TextOptions& options, const py::object& point, const py::list& layout,
                         const py::list& better) {
  JudgeRequest request;
  assign_to(request, nadir::rows(request), options);
  request.point_in_hand = point_of(point, layout);
  for (const py::handle& item : better) {
    const auto pair = item.cast<py::tuple>();
    request.better_in_hand.push_back(point_of(pair[0], pair[1].cast<py::list>()));
  }
  // The point is in hand; the row asks for a file otherwise.
  if (!request.point_in_hand.values.empty()) request.point = "";
  Interruptible watch;
  RunOutcome outcome;
  {
    const py::gil_scoped_release unlocked;
    outcome = nadir::judge(problem.family(), request, {watch.flag(), [&watch] { watch.look(); }});
  }
  watch.raise_if_any();
  problem.require_same_data();
  return outcome_dict(outcome, {});
}

// {"json": survey.json, "text": as the command line prints it, "best": an outcome}.
py::dict survey_in_python(Problem& problem, const TextOptions& options, const py::object& on_folder, const py::object& on_end) {
  SurveyRequest request;
  assign_to(request, all_rows(request), options);
  request.given = problem.given(options);
  Interruptible watch;
  SurveyHooks hooks;
  hooks.interrupt = watch.flag();
  if (!on_folder.is_none())
    hooks.on_folder = [&](const std::string& folder) { watch.guard([&] { on_folder(folder); }); };
  if (!on_end.is_none())
    hooks.on_end = [&](const SurveyStatus& s) { watch.guard([&] { on_end(s.finished, s.starts, s.best_value, s.seconds); }); };
  SurveyOutcome outcome;
  {
    const py::gil_scoped_release unlocked;
    watch.wait_for([&] { outcome = nadir::survey(problem.family(), request, hooks); });
  }
  watch.raise_if_any();
  problem.require_same_data();
  py::dict result;
  result["json"] = survey_json(outcome.result);
  result["text"] = survey_text(outcome.result);
  result["best"] = outcome_dict(outcome.best, {});
  return result;
}

Verdict verdict_of(const std::string& json) { return verdict_from_json(json, "verdict").verdict; }

std::string verify_in_python(const std::string& folder, bool insists_on_balls, double max_seconds) {
  VerifyOptions options;
  options.arithmetic = insists_on_balls ? Arithmetic::balls : Arithmetic::automatic;
  Interruptible watch;
  const Stopwatch clock;
  options.should_stop = [&] { return watch.look() || clock.seconds() > max_seconds; };
  std::string json;
  {
    const py::gil_scoped_release unlocked;
    json = verification_to_json(verify(folder, options));
  }
  watch.raise_if_any();
  return json;
}

template <class Options>
py::list all_rows_of() {
  Options options;
  return rows_list(rows(options));
}

py::list solver_rows(const std::string& solver) {
  SolverSettings settings;
  return rows_list(solver_options(settings, solver));
}

}  // namespace

void use_threads(const RunOptions& run) { set_num_threads(static_cast<int>(std::min<std::int64_t>(run.threads, 4096))); }

py::dict outcome_dict(RunOutcome& outcome, const Trace& trace) {
  py::dict result;
  result["json"] = result_json(outcome);
  result["escape"] = escape_dict(outcome.judgement.verdict.escape);
  result["is_judged"] = outcome.is_judged;
  result["folder"] = outcome.folder;
  result["solver"] = outcome.solver;
  result["termination"] = std::string(name(outcome.termination));
  result["stopped"] = outcome.stopped == Termination::not_run ? "" : std::string(name(outcome.stopped));
  result["point"] = point_dict(std::move(outcome.point));
  result["trace"] = trace_columns(trace);
  result["trajectory"] = trajectory_dict(outcome.trajectory);
  return result;
}

void bind_runs(py::module_& m) {
  m.def("solve_options", &all_rows_of<SolveOptions>);
  m.def("survey_options", &all_rows_of<SurveyRequest>);
  m.def("run_options", &all_rows_of<RunOptions>);
  m.def("solver_options", &solver_rows);
  m.def("solve", &solve_in_python);
  m.def("judge", &judge_in_python);
  m.def("survey", &survey_in_python);
  m.def("verify", &verify_in_python, py::arg("folder"), py::arg("insists_on_balls"), py::arg("max_seconds"));
  m.def("verdict_summary", [](const std::string& json) { return summary(verdict_of(json)); });
  m.def("verdict_meets", [](const std::string& json, const std::string& level) { return meets(verdict_of(json), level); });
  m.def("set_num_threads", &set_num_threads);
}

}  // namespace nadir::python
