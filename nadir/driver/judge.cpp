#include "nadir/driver/judge.hpp"

#include <filesystem>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/point_of_family.hpp"
#include "nadir/driver/report.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/io/options_json.hpp"
#include "nadir/io/point_file.hpp"

namespace nadir {
namespace {

DataReference file_reference(const std::string& role, const std::string& path) {
  return {role, path, std::filesystem::absolute(path).string(), sha256_of_file(path), {}};
}

Point point_to_judge(Family& family, const JudgeRequest& request) {
  const std::string& path = request.point;
  if (!request.point_in_hand.values.empty()) return point_of(family, request.point_in_hand, "point");
  if (!path.empty()) return read_point_of(family, path);
  if (std::optional<Point> given = family.given_point()) return *std::move(given);
  throw InputError("--point", ".npz with one array a block", "nothing");
}

// In the layout of the point that is judged: no other can be compared.
Vector better_point_of(Family& family, const Point& better) {
  const Layout layout = family.problem().layout();
  Point point = point_of(family, better, "better");
  if (point.layout == layout) return std::move(point.values);
  family.reshape(layout);
  throw InputError("better", "blocks of the same shapes as the point's", "other shapes");
}

// The folder of an earlier judgement may be written over, that of a solved run never.
RunFolder opened(const RunOptions& run) {
  std::error_code error;
  if (!run.resume || !std::filesystem::exists(run.output + "/" + run_files::run, error)) {
    require_unused(run.output);
    return RunFolder::create(run.output);
  }
  const RunRecord earlier = read_record(RunFolder::open(run.output));
  if (earlier.command != "judge")
    throw InputError("--output " + run.output, "a folder that judge wrote", "one of " + earlier.command);
  return RunFolder::replace(run.output);
}

void write(Family& family, const RunOptions& run, RunRecord record, RunOutcome& outcome) {
  const RunFolder folder = opened(run);
  outcome.folder = folder.path();
  write_record(folder, record);
  write_judgement(folder, family, outcome);
  record.ended = utc_timestamp();
  record.exit_reason = exit_reason(outcome.stopped);
  write_record(folder, record);
  outcome.no_page = try_write_report(folder.path());
}

}  // namespace

OptionList rows(JudgeRequest& r) {
  return {
      option("point", r.point, "the point: .npz with one array a block; may be left out where the data hold one").shown_as("FILE.npz"),
      option("gap", r.gap, "relative gap that counts as global-minimum").above(0),
      option("gradient-tolerance", r.gradient_tolerance, "gradient, relative to its scale, that counts as critical").above(0),
  };
}

RunOutcome judge(Family& family, const JudgeRequest& request, const Interrupts& interrupts) {
  JudgeRequest shown = request;  // rows point into an object that may be written
  const OptionList judging = rows(shown), data_and_options = family.options();
  require_given(judging);
  if (!request.run.output.empty() && !request.run.resume) require_unused(request.run.output);
  RunRecord record;
  record.command = "judge";
  record.started = utc_timestamp();

  const Stopwatch loading;
  load_data(data_and_options);
  require_given(data_and_options);
  record.family = family.name();
  record.problem = options_to_json(data_and_options);
  record.solving = options_to_json(judging);
  record.seed = request.run.seed;
  record.inputs = data_references(data_and_options);
  family.prepare();
  RunOutcome outcome;
  outcome.point = point_to_judge(family, request);
  if (!request.point.empty()) record.inputs.push_back(file_reference("point", request.point));
  JudgeOptions options{.gap_tol = request.gap, .criticality_tol = request.gradient_tolerance, .better_points = {}};
  for (const std::string& path : request.better) {
    options.better_points.push_back(read_point(path, family.problem().layout()).values);
    record.inputs.push_back(file_reference("better", path));
  }
  for (const Point& better : request.better_in_hand) options.better_points.push_back(better_point_of(family, better));
  outcome.seconds["load"] = loading.seconds();

  const Stopwatch judging_time;
  const RunLimits limits(request.run.time_limit, interrupts);
  options.should_stop = limits.question();
  outcome.judgement = family.judge(outcome.point, options);
  if (!outcome.judgement.is_whole) outcome.stopped = limits.reason_to_stop();
  outcome.is_judged = true;
  outcome.seconds["judge"] = judging_time.seconds();
  outcome.seconds["solve"] = 0.0;
  if (!request.run.output.empty()) write(family, request.run, std::move(record), outcome);
  return outcome;
}

}  // namespace nadir
