// nadir survey FAMILY [data and options] --starts N [-o DIR]
#include "nadir/driver/survey/survey.hpp"

#include <cstdio>

#include "nadir/base/clock.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/family_word.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/driver/figure/run_figure.hpp"
#include "nadir/driver/survey/survey_text.hpp"

namespace nadir::cli {
namespace {

const std::string usage = "nadir survey FAMILY [data and options] --starts N [-o DIR]";

// At most a few lines a second, however fast the starts are.
class StatusLine {
 public:
  explicit StatusLine(Prose& prose) : prose_(prose) {}
  void operator()(const SurveyStatus& status) {
    if (!prose_.is_shown() || (is_begun_ && since_.seconds() < 0.25)) return;
    is_begun_ = true;
    since_.restart();
    char text[120];
    std::snprintf(text, sizeof text, "%lld of %lld starts  least value %.10g  %.1f s", static_cast<long long>(status.finished),
                  static_cast<long long>(status.starts), status.best_value, status.seconds);
    prose_.status(text);
  }

 private:
  Prose& prose_;
  Stopwatch since_;
  bool is_begun_ = false;
};

int exit_code(const SurveyOutcome& outcome, const CommonOptions& common) {
  const SurveyResult& result = outcome.result;
  if (result.stopped != Termination::not_run) {
    print_message(std::string(result.stopped == Termination::time_limit ? "the time limit is reached" : "interrupted") + "; every end is saved in " +
                  result.folder + ", and the same command with --resume -o " + result.folder + " goes on");
    return exit_stopped;
  }
  const Verdict& verdict = outcome.best.judgement.verdict;
  if (common.require.empty() || meets(verdict, common.require)) return exit_done;
  print_message("--require " + common.require + " is not met: " + summary(verdict));
  return exit_refused;
}

}  // namespace

int run_survey(std::span<const std::string> arguments) {
  CommonOptions common;
  SurveyRequest request;
  FigureRequest figure;
  const std::unique_ptr<Family> family = family_word(arguments, usage);
  if (!family) return exit_done;
  const std::string name(family->name());
  std::vector<OptionGroup> groups{{"Data and options of " + name, family->options()}, {"Surveying", rows(request)}};
  for (const std::string& solver : solver_names()) groups.push_back({"With --solver " + solver, solver_options(request.options.settings, solver)});
  groups.push_back({"Figure", figure_rows(figure)});
  groups.push_back({"Everywhere", rows(common)});
  const CommandLine line = read_arguments(arguments.subspan(1), groups, common);
  if (line.wants_help) {
    print_result(usage + "\n\n" + title_text(*family) + options_text(groups) + "\n`nadir help " + name + "` tells the data, the theorem and an example.\n");
    return exit_done;
  }
  require_words(line, 0, 0, usage);
  for (const auto& [flag, value] : line.flags) request.given.push_back(flag);
  request.run = common.run;
  figure.picture = "survey";
  figure.has_scale = line.has("log");
  require_figure(figure);

  Prose prose(common);
  StatusLine status(prose);
  SurveyHooks hooks;
  hooks.on_end = [&status](const SurveyStatus& s) { status(s); };
  hooks.on_folder = [&prose](const std::string& folder) { prose.line("run folder " + folder); };
  hooks.interrupt = &catch_interrupts();
  const SurveyOutcome outcome = survey(*family, std::move(request), hooks);
  prose.end_status();
  print_result(common.json ? survey_json(outcome.result) : survey_text(outcome.result));
  if (figure.is_wanted()) write_run_figure(outcome.result.folder, figure);
  return exit_code(outcome, common);
}

}  // namespace nadir::cli
