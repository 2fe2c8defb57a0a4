#include "nadir/driver/survey/survey.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/base/version.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/recorded_options.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/report.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/driver/survey/gather.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/io/options_json.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/make_solver.hpp"

namespace nadir {
namespace {

bool is_given(const SurveyRequest& request, const std::string& name) {
  return std::find(request.given.begin(), request.given.end(), name) != request.given.end();
}

std::optional<RunRecord> earlier_record(const RunOptions& run) {
  if (run.resume && run.output.empty()) throw InputError("--resume", "the run folder as -o DIR", "no folder");
  if (run.output.empty()) return std::nullopt;
  std::error_code error;
  if (!run.resume || !std::filesystem::exists(run.output + "/" + run_files::run, error)) {
    require_unused(run.output);
    return std::nullopt;
  }
  return read_record(RunFolder::open(run.output));
}

void take_over(const RunRecord& record, Family& family, SurveyRequest& request) {
  const std::string place = request.run.output + "/" + run_files::run;
  if (record.command != "survey") throw InputError(place, "a run of survey", "one of " + record.command);
  if (record.family != family.name()) throw InputError(place, std::string(family.name()), record.family);
  if (record.version != version()) throw InputError(place, "a run of nadir " + version(), "one of " + record.version);
  const auto scratch_family = make_family(record.family);
  take_recorded(family.options(), scratch_family->options(), record.problem, request.given, record, place);
  SurveyRequest scratch;
  const OptionList scratch_rows = all_rows(scratch);
  take_recorded(fixed_rows_of(request), scratch_rows, record.solving, request.given, record, place);
  for (const OptionRow& row : rows(request))
    if (may_change_when_resumed(row) && !is_given(request, row.name)) assign(row, value_text(*find_option(scratch_rows, row.name)), place + ": " + row.name);
  if (is_given(request, "seed") && request.run.seed != record.seed)
    throw InputError("--seed", std::to_string(record.seed) + ", with which the run began (" + place + ")", std::to_string(request.run.seed));
  request.run.seed = record.seed;
}

void require_sensible(const Family& family, SurveyRequest& request) {
  const SolveOptions& o = request.options;
  const std::vector<std::string> names = family.start_names();
  if (!o.start.empty() && std::find(names.begin(), names.end(), o.start) == names.end()) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    throw InputError("--start", "one of " + list + " (a survey makes its starts)", "'" + o.start + "'" + nearest_hint(o.start, names));
  }
  require_solver_of(family, request);
}

SurveyDatabase::Identity identity_of(const Family& family, const OptionList& problem, SurveyRequest& request) {
  SurveyDatabase::Identity identity{{"family", std::string(family.name())}, {"problem", options_to_json(problem, DataOptions::left_out)}};
  for (const DataReference& data : data_references(problem)) identity.emplace_back("data " + data.role, "SHA-256 " + data.sha256);
  identity.emplace_back("solving", options_to_json(fixed_rows_of(request)));
  identity.emplace_back("seed", std::to_string(request.run.seed));
  identity.emplace_back("version", "nadir " + version());
  std::string all;
  for (const auto& [key, value] : identity) all += key + "\n" + value + "\n";
  identity.emplace_back("digest", sha256_hex(all));
  return identity;
}

RunFolder opened(const RunOptions& run, const Family& family, bool is_resumed) {
  if (run.output.empty()) return RunFolder::create(make_default_folder(family.name()));
  if (!is_resumed) return RunFolder::create(run.output);
  RunFolder folder = RunFolder::open(run.output);
  folder.hold();
  return folder;
}

// Of as many distinct kinds as EndTable tells apart in a run of solve.
std::vector<End> ends_of(const SurveyResult& result) {
  std::vector<End> ends;
  for (const SurveyClass& c : result.classes) ends.push_back({c.value, c.headline, c.rigor, c.count});
  return ends;
}

// The best end, judged for its certificate; as far as the limits allow.
RunOutcome outcome_of(const SurveyEnd& best, const SurveyResult& result, Family& family, const SolveOptions& options, const RunLimits& limits) {
  const Stopwatch watch;
  if (best.point.layout != family.problem().layout()) family.reshape(best.point.layout);
  RunOutcome outcome;
  outcome.point = best.point;
  outcome.judgement = family.judge(best.point, {.gap_tol = options.gap, .criticality_tol = options.gradient_tolerance, .better_points = {},
                                                 .should_stop = limits.question()});
  outcome.is_judged = true;
  outcome.solver = options.solver.empty() ? family.default_solver() : options.solver;
  outcome.termination = best.termination;
  outcome.counts.iterations = best.iterations;
  outcome.escapes = best.escapes;
  outcome.stopped = outcome.judgement.is_whole ? result.stopped : limits.reason_to_stop();
  outcome.ends = ends_of(result);
  outcome.folder = result.folder;
  outcome.seconds = {{"load", result.load_seconds}, {"solve", best.seconds}, {"judge", watch.seconds()}};
  return outcome;
}

SurveyOutcome run_survey(Family& family, const SurveyRequest& request, const SurveyHooks& hooks, const RunFolder& folder, SurveyDatabase& database) {
  const Stopwatch watch;
  const RunLimits limits(request.run.time_limit, {hooks.interrupt, {}});
  const int workers = static_cast<int>(std::min<std::int64_t>(num_threads(), request.options.starts));
  Conclusion conclusion = gather(family, request, workers, database, hooks);
  SurveyOutcome outcome;
  outcome.result = std::move(conclusion.result);
  outcome.result.folder = folder.path();
  outcome.best.stopped = outcome.result.stopped;
  outcome.best.folder = folder.path();
  const bool is_over = outcome.result.stopped == Termination::not_run;
  if (!conclusion.best && is_over)
    throw NumericalBreakdown(std::string(family.name()) + ": no start comes to an end with a finite value; scale the data towards 1, or try another --start");
  if (conclusion.best && is_over) {
    outcome.best = outcome_of(*conclusion.best, outcome.result, family, request.options, limits);
    outcome.result.stopped = outcome.best.stopped;
    write_judgement(folder, family, outcome.best);
  }
  outcome.result.seconds = watch.seconds();
  return outcome;
}

}  // namespace

bool may_change_when_resumed(const OptionRow& row) {
  return row.name == "starts" || row.name == "until" || row.name == "point-tolerance";
}

OptionList rows(SurveyRequest& r) {
  OptionList list = rows(r.options);
  std::erase_if(list, [](const OptionRow& row) { return row.name == "keep-points"; });  // one start's; a survey has many
  for (OptionRow& row : list)
    if (row.name == "starts") row.help = "how many starts; --resume may go on to more";
    else if (row.name == "start") row.help = "name of a start; default: the family's first";
  list.push_back(option("until", r.until, "end early: minima=COUNT when so many distinct minima are found").shown_as("minima=COUNT"));
  list.push_back(option("point-tolerance", r.point_tolerance, "ends closer than this, relative and up to symmetry, are one point").at_least(0));
  return list;
}

OptionList all_rows(SurveyRequest& request) {
  OptionList list = rows(request);
  for (const std::string& solver : solver_names())
    for (OptionRow& row : solver_options(request.options.settings, solver)) list.push_back(std::move(row));
  return list;
}

SurveyOutcome survey(Family& family, SurveyRequest request, const SurveyHooks& hooks) {
  const Stopwatch loading;
  const std::optional<RunRecord> earlier = earlier_record(request.run);
  if (earlier) take_over(*earlier, family, request);
  wanted_minima(request.until);
  const OptionList data_and_options = family.options();
  load_data(data_and_options);
  require_given(data_and_options);
  RunRecord record{.command = "survey",
                   .family = std::string(family.name()),
                   .problem = options_to_json(data_and_options),
                   .solving = options_to_json(all_rows(request)),
                   .seed = request.run.seed,
                   .inputs = data_references(data_and_options),
                   .started = earlier ? earlier->started : utc_timestamp(),
                   .ended = "",
                   .exit_reason = "running",
                   .version = version()};
  const SurveyDatabase::Identity identity = identity_of(family, data_and_options, request);
  family.prepare();
  require_sensible(family, request);
  if (earlier) require_same_inputs(record.inputs, *earlier, request.run.output + "/" + run_files::run);
  const double load_seconds = loading.seconds();

  const RunFolder folder = opened(request.run, family, earlier.has_value());
  folder.remove_leftovers();
  if (!earlier) write_record(folder, record);  // first of all: a folder with a database and no record could not be resumed
  std::optional<SurveyDatabase> database(std::in_place, folder.path_of(survey_files::database), identity);
  if (hooks.on_folder) hooks.on_folder(folder.path());
  write_record(folder, record);
  const auto end_record = [&](std::string reason) {
    record.ended = utc_timestamp();
    record.exit_reason = std::move(reason);
    write_record(folder, record);
    database.reset();  // the page carries the database, which is one file once it is closed
    try_write_report(folder.path());
  };
  try {
    SurveyOutcome outcome = run_survey(family, request, hooks, folder, *database);
    outcome.result.load_seconds = load_seconds;
    folder.write_text(survey_files::result, survey_json(outcome.result));
    end_record(outcome.result.stopped == Termination::not_run ? "finished" : std::string(name(outcome.result.stopped)));
    return outcome;
  } catch (const NumericalBreakdown&) {
    end_record("numerical_breakdown");
    throw;
  }
}

}  // namespace nadir
