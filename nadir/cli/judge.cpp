// nadir judge FAMILY [data and options] --point FILE.npz [-o DIR]
#include "nadir/driver/judge.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/family_word.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/verdict_output.hpp"

namespace nadir::cli {

int run_judge(std::span<const std::string> arguments) {
  const std::string usage = "nadir judge FAMILY [data and options] --point FILE.npz [-o DIR]";
  const std::unique_ptr<Family> family = family_word(arguments, usage);
  if (!family) return exit_done;
  CommonOptions common;
  JudgeRequest request;
  std::string better;  // the field behind a row whose values are collected below
  OptionList judging = rows(request);
  judging.push_back(option("better", better, "a point to compare with, repeatable; a lower one proves a minimum spurious")
                        .shown_as("FILE.npz"));
  const std::vector<OptionGroup> groups{{"Data and options of " + std::string(family->name()), family->options()},
                                        {"Judging", std::move(judging)},
                                        {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments.subspan(1), groups, common, {"better"});
  if (line.wants_help) {
    print_result(usage + "\n\n" + title_text(*family) + options_text(groups));
    return exit_done;
  }
  require_words(line, 0, 0, usage);
  request.better = line.values("better");
  request.run = common.run;
  return print_outcome(judge(*family, request, {&catch_interrupts(), {}}), common);
}

}  // namespace nadir::cli
