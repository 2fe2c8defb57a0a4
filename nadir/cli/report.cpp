// nadir report DIR
#include "nadir/report/text.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/driver/stored_run.hpp"

namespace nadir::cli {

int run_report(std::span<const std::string> arguments) {
  const std::string usage = "nadir report DIR";
  CommonOptions common;
  const std::vector<OptionGroup> groups{{"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(usage + ": print what a run folder holds; with --json, its verdict object\n" + options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, usage);
  const StoredRun run = load_run(line.words[0]);
  print_result(common.json ? run.json : text_report(run.verdict, run.facts));
  return common.require.empty() || meets(run.verdict, common.require) ? exit_done : exit_refused;
}

}  // namespace nadir::cli
