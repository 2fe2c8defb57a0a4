#include "nadir/driver/survey/gather.hpp"

#include <charconv>
#include <string_view>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/driver/survey/collect_ends.hpp"
#include "nadir/solvers/make_solver.hpp"

namespace nadir {

std::int64_t wanted_minima(const std::string& until) {
  if (until.empty()) return 0;
  constexpr std::string_view key = "minima=";
  std::int64_t count = 0;
  const char* end = until.data() + until.size();
  const bool has_key = until.starts_with(key);
  const auto [stop, error] = std::from_chars(until.data() + (has_key ? key.size() : 0), end, count);
  if (!has_key || error != std::errc{} || stop != end || count < 1) throw InputError("--until", "minima=COUNT, as in minima=20", "'" + until + "'");
  return count;
}

void require_solver_of(const Family& family, SurveyRequest& request) {
  const std::string solver = request.options.solver.empty() ? family.default_solver() : request.options.solver;
  make_solver(solver, request.options.settings);
  require_options_of_solver(request.options, solver, request.given);
  require_solvable(solver, family.problem());
}

OptionList fixed_rows_of(SurveyRequest& request) {
  OptionList list = all_rows(request);
  std::erase_if(list, may_change_when_resumed);
  return list;
}

Conclusion gather(Family& family, const SurveyRequest& request, int workers, SurveyDatabase& database, const SurveyHooks& hooks) {
  const Stopwatch watch;
  const Collected collected = collect_ends({.family = family,
                                            .options = request.options,
                                            .seed = static_cast<std::uint64_t>(request.run.seed),
                                            .workers = workers,
                                            .wanted_minima = wanted_minima(request.until),
                                            .point_tolerance = request.point_tolerance,
                                            .max_seconds = request.run.time_limit,
                                            .checkpoint_seconds = request.run.checkpoint_every,
                                            .interrupt = hooks.interrupt,
                                            .on_end = hooks.on_end},
                                           database);
  Conclusion conclusion = conclude({.family = family,
                                    .options = request.options,
                                    .limit = collected.num_enough.value_or(request.options.starts),
                                    .point_tolerance = request.point_tolerance,
                                    .workers = workers,
                                    .judges_again = collected.stopped == Termination::not_run,
                                    .max_seconds = request.run.time_limit - watch.seconds(),
                                    .interrupt = hooks.interrupt},
                                   database);
  SurveyResult& result = conclusion.result;
  result.family = family.name();
  result.seed = request.run.seed;
  result.starts = request.options.starts;
  result.until = request.until;
  result.is_until_met = collected.num_enough.has_value();
  result.point_tolerance = request.point_tolerance;
  result.workers = workers;
  if (collected.stopped != Termination::not_run) result.stopped = collected.stopped;
  return conclusion;
}

}  // namespace nadir
