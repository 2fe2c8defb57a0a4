#include "nadir/driver/solve.hpp"

#include <algorithm>
#include <limits>
#include <filesystem>
#include <utility>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/base/version.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/point_of_family.hpp"
#include "nadir/driver/recorded_options.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/report.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/driver/search.hpp"
#include "nadir/io/options_json.hpp"
#include "nadir/io/point_file.hpp"
#include "nadir/solvers/make_solver.hpp"

namespace nadir {
namespace {

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// The record of the run to go on with; nothing where the run is new.
std::optional<RunRecord> earlier_record(const SolveRequest& request) {
  const std::string& path = request.run.output;
  if (request.run.resume && path.empty()) throw InputError("--resume", "the run folder as -o DIR", "no folder");
  if (path.empty()) return std::nullopt;
  if (!request.run.resume || !is_there(path + "/" + run_files::run)) {
    require_unused(path);
    return std::nullopt;
  }
  return read_record(RunFolder::open(path));
}

std::string solver_name(const Family& family, const SolveOptions& options) {
  return options.solver.empty() ? family.default_solver() : options.solver;
}

void take_over(const RunRecord& record, Family& family, SolveRequest& request) {
  const std::string place = request.run.output + "/" + run_files::run;
  if (record.command != "solve") throw InputError(place, "a run of solve", "one of " + record.command);
  if (record.family != family.name()) throw InputError(place, std::string(family.name()), record.family);
  if (record.version != version()) throw InputError(place, "a run of nadir " + version(), "one of " + record.version);
  const auto scratch_family = make_family(record.family);
  take_recorded(family.options(), scratch_family->options(), record.problem, request.given, record, place);
  SolveOptions scratch_options;
  take_recorded(all_rows(request.options), all_rows(scratch_options), record.solving, request.given, record, place);
  const bool is_seed_given = std::find(request.given.begin(), request.given.end(), "seed") != request.given.end();
  if (is_seed_given && request.run.seed != record.seed)
    throw InputError("--seed", std::to_string(record.seed) + ", with which the run began (" + place + ")",
                     std::to_string(request.run.seed));
  request.run.seed = record.seed;
}

// A start that is not the name of one is a file.
bool is_start_name(const Family& family, const std::string& start) {
  const std::vector<std::string> names = family.start_names();
  if (start.empty() || std::find(names.begin(), names.end(), start) != names.end()) return true;
  if (is_there(start)) return false;
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  throw InputError("--start", "one of " + list + ", or a file", "'" + start + "'" + nearest_hint(start, names));
}

// A start in hand is kept in the run folder under this name, so that the run goes on without whoever had it.
constexpr const char* start_file = "start.npz";

bool has_start_in_hand(const SolveRequest& request) { return !request.start_in_hand.values.empty(); }

DataReference start_reference(const std::string& path, const std::string& file) {
  return {"start", path, std::filesystem::absolute(file).string(), sha256_of_file(file), {}};
}

// Before the options are recorded.
void name_start_in_hand(SolveRequest& request, bool is_resumed) {
  if (!has_start_in_hand(request)) return;
  if (is_resumed && request.options.start != start_file)
    throw InputError("start", "none, as when the run began (" + request.run.output + "/" + run_files::run + ")", "a point");
  request.options.start = start_file;
}

// The start that the folder of a resumed run keeps; one in hand must be the same.
Point kept_start(Family& family, const SolveRequest& request, const std::string& file) {
  Point kept = read_point_of(family, file);
  if (has_start_in_hand(request) && point_of(family, request.start_in_hand, "start").values != kept.values)
    throw InputError("start", "the point with which the run began (" + file + ")", "another one");
  return kept;
}

Point given_start(Family& family, const SolveRequest& request, bool is_resumed, std::vector<DataReference>& inputs) {
  const SolveOptions& options = request.options;
  const std::string kept = is_resumed && options.start == start_file ? path_below(request.run.output, start_file) : "";
  if (kept.empty() && !has_start_in_hand(request) && is_start_name(family, options.start)) return {};
  if (options.starts > 1)
    throw InputError("--starts", "1, because --start names a point", std::to_string(options.starts));
  if (!kept.empty()) {
    inputs.push_back(start_reference(start_file, kept));
    return kept_start(family, request, kept);
  }
  if (has_start_in_hand(request)) return point_of(family, request.start_in_hand, "start");
  inputs.push_back(start_reference(options.start, options.start));
  return read_point_of(family, options.start);
}

void keep_start(const RunFolder& folder, const Point& start, RunRecord& record) {
  folder.write_npz(start_file, point_arrays(start));
  record.inputs.push_back(start_reference(start_file, folder.path_of(start_file)));
}

RunFolder opened(const SolveRequest& request, const Family& family, bool is_resumed) {
  const std::string& path = request.run.output;
  if (path.empty()) return RunFolder::create(make_default_folder(family.name()));
  if (!is_resumed) return RunFolder::create(path);
  RunFolder folder = RunFolder::open(path);
  folder.hold();
  return folder;
}

void end_record(const RunFolder& folder, RunRecord& record, std::string reason) {
  record.ended = utc_timestamp();
  record.exit_reason = std::move(reason);
  write_record(folder, record);
}

SearchLimits limits_for(const SolveRequest& request, const SolveHooks& hooks, const RunFolder& folder) {
  SearchLimits limits;
  limits.max_seconds = request.run.time_limit;
  limits.checkpoint_seconds = request.run.checkpoint_every;
  limits.interrupts = hooks.interrupts;
  limits.on_row = hooks.on_row;
  limits.save = [&folder](const SearchProgress& progress) { write_progress(folder, progress); };
  return limits;
}

RunOutcome outcome_of(SearchEnd&& end, const Family& family, const SolveOptions& options) {
  RunOutcome outcome;
  outcome.stopped = end.stopped;
  outcome.solver = solver_name(family, options);
  outcome.counts = end.progress.counts;
  outcome.escapes = end.progress.escapes;
  outcome.seconds["solve"] = end.progress.solve_seconds;
  outcome.seconds["judge"] = end.progress.judge_seconds;
  if (!end.judgement) return outcome;
  outcome.is_judged = true;
  outcome.judgement = std::move(*end.judgement);
  const Verdict& verdict = outcome.judgement.verdict;
  const Claim* value = find(outcome.judgement.certificate.claims, "value");
  const double best = value ? number(*value, "upper") : std::numeric_limits<double>::infinity();
  outcome.ends = end.progress.ends.ranked(verdict.tolerance * verdict.gap_scale, best);
  outcome.termination = end.progress.best->termination;
  outcome.trajectory = end.progress.best_trajectory.trajectory();
  outcome.point = std::move(end.progress.best->point);
  return outcome;
}

void require_room_for_points(const SolveOptions& options, Index dimension) {
  if (options.keep_points == 0) return;
  const std::int64_t most = most_points_kept(dimension, options.starts > 1);
  if (options.keep_points < 2 || options.keep_points > most)
    throw InputError("--keep-points", "0, or from 2 to " + std::to_string(most) + ", as many points of " + std::to_string(dimension) +
                     " numbers as the memory holds", std::to_string(options.keep_points));
}

// Throws for an unknown name or a bad option.
void require_solver(const Family& family, SolveRequest& request) {
  const std::string solver = solver_name(family, request.options);
  make_solver(solver, request.options.settings);
  require_options_of_solver(request.options, solver, request.given);
  require_solvable(solver, family.problem());
  require_room_for_points(request.options, family.problem().dimension());
}

}  // namespace

RunOutcome solve(Family& family, SolveRequest request, const SolveHooks& hooks) {
  const Stopwatch loading;
  const std::optional<RunRecord> earlier = earlier_record(request);
  if (earlier) take_over(*earlier, family, request);
  name_start_in_hand(request, earlier.has_value());
  const OptionList data_and_options = family.options();
  load_data(data_and_options);
  require_given(data_and_options);
  RunRecord record{.command = "solve",
                   .family = std::string(family.name()),
                   .problem = options_to_json(data_and_options),
                   .solving = options_to_json(all_rows(request.options)),
                   .seed = request.run.seed,
                   .inputs = data_references(data_and_options),
                   .started = earlier ? earlier->started : utc_timestamp(),
                   .ended = "",
                   .exit_reason = "running",
                   .version = version()};
  family.prepare();
  require_solver(family, request);
  const SearchTask task{family, request.options, static_cast<std::uint64_t>(request.run.seed),
                        given_start(family, request, earlier.has_value(), record.inputs)};
  if (earlier) require_same_inputs(record.inputs, *earlier, request.run.output + "/" + run_files::run);
  const double load_seconds = loading.seconds();

  const RunFolder folder = opened(request, family, earlier.has_value());
  folder.remove_leftovers();
  if (!earlier) write_record(folder, record);  // first of all: a folder with data and no record could not be resumed
  if (has_start_in_hand(request) && !folder.has(start_file)) keep_start(folder, task.given_start, record);
  if (hooks.on_folder) hooks.on_folder(folder.path());
  std::optional<SearchProgress> progress = read_progress(folder);
  write_record(folder, record);
  try {
    SearchEnd end = search(task, limits_for(request, hooks, folder), progress ? std::move(*progress) : SearchProgress{});
    RunOutcome outcome = outcome_of(std::move(end), family, request.options);
    outcome.folder = folder.path();
    outcome.seconds["load"] = load_seconds;
    if (outcome.is_judged) write_judgement(folder, family, outcome);
    end_record(folder, record, exit_reason(outcome.stopped));
    outcome.no_page = try_write_report(folder.path());
    return outcome;
  } catch (const NumericalBreakdown&) {
    end_record(folder, record, "numerical_breakdown");
    try_write_report(folder.path());
    throw;
  }
}

RunOutcome solve_in_memory(Family& family, SolveRequest request, const SolveHooks& hooks) {
  const Stopwatch loading;
  const OptionList data_and_options = family.options();
  load_data(data_and_options);
  require_given(data_and_options);
  family.prepare();
  require_solver(family, request);
  std::vector<DataReference> inputs;
  const SearchTask task{family, request.options, static_cast<std::uint64_t>(request.run.seed),
                        given_start(family, request, false, inputs)};
  const double load_seconds = loading.seconds();
  SearchLimits limits;
  limits.max_seconds = request.run.time_limit;
  limits.interrupts = hooks.interrupts;
  limits.on_row = hooks.on_row;
  RunOutcome outcome = outcome_of(search(task, limits), family, request.options);
  outcome.seconds["load"] = load_seconds;
  return outcome;
}

}  // namespace nadir
