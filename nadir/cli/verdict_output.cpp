#include "nadir/cli/verdict_output.hpp"

#include <cmath>

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/report/text.hpp"

namespace nadir::cli {
namespace {

// A judge has no state but what it found; a run of solve and a survey do.
std::string what_now(const RunOutcome& outcome) {
  if (outcome.folder.empty()) return "what was found until then stands above, and nothing is saved";
  const std::string saved = outcome.solver.empty() ? "what was found until then is in " : "the state is saved in ";
  const std::string goes_on = outcome.solver.empty() ? " judges again" : " goes on";
  return saved + outcome.folder + ", and the same command with --resume -o " + outcome.folder + goes_on;
}

}  // namespace

std::string stopped_text(Termination stopped) {
  return stopped == Termination::time_limit ? "the time limit is reached" : "interrupted";
}

int print_outcome(const RunOutcome& outcome, const CommonOptions& common) {
  const Verdict& verdict = outcome.judgement.verdict;
  if (outcome.is_judged)
    print_result(common.json ? result_json(outcome) + "\n" : text_report(verdict, run_facts(outcome)));
  if (outcome.stopped != Termination::not_run) {
    print_message(stopped_text(outcome.stopped) + "; " + what_now(outcome));
    return exit_stopped;
  }
  const bool is_broken = outcome.termination == Termination::not_finite || (outcome.is_judged && !std::isfinite(verdict.value));
  if (is_broken && !meets(verdict, "local")) {
    print_message("numerical breakdown: the value or its gradient left the range of double; scale the data towards 1, "
                  "or try smaller steps (--step-size, --learning-rate) or another --solver");
    return exit_breakdown;
  }
  if (common.require.empty() || meets(verdict, common.require)) return exit_done;
  print_message("--require " + common.require + " is not met: " + summary(verdict));
  return exit_refused;
}

}  // namespace nadir::cli
