// nadir report DIR
#include "nadir/driver/report.hpp"

#include "nadir/base/error.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/verdict_output.hpp"
#include "nadir/driver/figure/run_figure.hpp"
#include "nadir/driver/run_limits.hpp"
#include "nadir/driver/stored_run.hpp"
#include "nadir/io/run_folder.hpp"
#include "nadir/report/html.hpp"
#include "nadir/report/text.hpp"

namespace nadir::cli {
namespace {

constexpr const char* explanation =
    ": print what a run folder holds and make its report.html again, of runs without a verdict too;\n"
    "with --json, print the verdict object alone and write no page; with --figure, draw that and nothing else\n";

}  // namespace

int run_report(std::span<const std::string> arguments) {
  const std::string usage = "nadir report DIR [--figure FILE]";
  CommonOptions common;
  FigureRequest figure;
  bool verifies = false;
  const std::vector<OptionGroup> groups{
      {"The page", {option("verify", verifies, "check the certificate first, keep the answer as verification.json and show it")}},
      {"A figure instead", rows(figure)},
      {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(usage + explanation + options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, usage);
  const std::string& folder = line.words[0];
  figure.has_scale = line.has("log");
  require_figure(figure);
  if (!figure.picture.empty() && !figure.is_wanted()) throw InputError("--picture", "--figure FILE beside it", "none");
  if (figure.is_wanted()) {
    write_run_figure(folder, figure);
    if (!common.json) {
      print_result("figure      " + figure.figure + "\n");
      return exit_done;
    }
  }
  if (common.json) {
    const StoredRun run = load_run(folder);
    print_result(run.json);
    return common.require.empty() || meets(run.verdict, common.require) ? exit_done : exit_refused;
  }
  const RunLimits limits(common.run.time_limit, {&catch_interrupts(), {}});
  const bool is_stopped = verifies && !save_verification(folder, limits.question());
  if (is_stopped) print_message(stopped_text(limits.reason_to_stop()) + " before every claim was checked: no answer is saved");
  bool is_met = common.require.empty();
  if (RunFolder::open(folder).has(run_files::verdict)) {
    const StoredRun run = load_run(folder);
    print_result(text_report(run.verdict, run.facts));
    is_met = is_met || meets(run.verdict, common.require);
  } else {
    const PlainWords words = in_words_without_verdict(run_ending(folder));
    print_result(words.title + "\n" + words.lead + "\n");
  }
  if (!has_page()) {
    print_message(missing_page_text());
    return exit_bad_input;
  }
  print_result("page        " + write_report(folder) + "\n");
  if (is_stopped) return exit_stopped;
  return is_met ? exit_done : exit_refused;
}

}  // namespace nadir::cli
