// nadir solve FAMILY [data and options] [-o DIR]
#include <cstdio>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/family_word.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/verdict_output.hpp"
#include "nadir/driver/solve.hpp"

namespace nadir::cli {
namespace {

const std::string usage = "nadir solve FAMILY [data and options] [-o DIR]";

std::string help(Family& family, const std::vector<OptionGroup>& groups) {
  const std::string name(family.name());
  return usage + "\n\n" + title_text(family) + options_text(groups) + "\n`nadir help " + name + "` tells the data, the theorem and an example.\n";
}

// At most a few lines a second, however fast the iterations are.
class ProgressLine {
 public:
  explicit ProgressLine(Prose& prose) : prose_(prose) {}
  void operator()(const TraceRow& row) {
    if (!prose_.is_shown() || (is_begun_ && row.event != "escape" && row.event != "start" && since_.seconds() < 0.25))
      return;
    is_begun_ = true;
    since_.restart();
    char text[160];
    std::snprintf(text, sizeof text, "iteration %lld  value %.10g  gradient %.3g  %.1f s  %s",
                  static_cast<long long>(row.iteration), row.value, row.gradient_norm, row.seconds, row.event.c_str());
    prose_.status(text);
  }

 private:
  Prose& prose_;
  Stopwatch since_;
  bool is_begun_ = false;
};

}  // namespace

int run_solve(std::span<const std::string> arguments) {
  CommonOptions common;
  SolveRequest request;
  const std::unique_ptr<Family> family = family_word(arguments, usage);
  if (!family) return exit_done;
  std::vector<OptionGroup> groups{{"Data and options of " + std::string(family->name()), family->options()},
                                  {"Solving", rows(request.options)}};
  for (const std::string& solver : solver_names())
    groups.push_back({"With --solver " + solver, solver_options(request.options.settings, solver)});
  groups.push_back({"Everywhere", rows(common)});
  const CommandLine line = read_arguments(arguments.subspan(1), groups, common);
  if (line.wants_help) {
    print_result(help(*family, groups));
    return exit_done;
  }
  require_words(line, 0, 0, usage);
  for (const auto& [name, value] : line.flags) request.given.push_back(name);
  request.run = common.run;

  Prose prose(common);
  ProgressLine progress(prose);
  SolveHooks hooks;
  hooks.on_row = [&progress](const TraceRow& row) { progress(row); };
  hooks.on_folder = [&prose](const std::string& folder) { prose.line("run folder " + folder); };
  hooks.interrupts.flag = &catch_interrupts();
  const RunOutcome outcome = solve(*family, std::move(request), hooks);
  prose.end_status();
  if (!outcome.no_page.empty()) prose.line("no report.html: " + outcome.no_page);
  return print_outcome(outcome, common);
}

}  // namespace nadir::cli
