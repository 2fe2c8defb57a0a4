// The subcommands of nadir, one row each.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nadir::cli {

enum ExitCode : int {
  exit_done = 0,
  exit_refused = 1,    // verify says no, or --require was not met
  exit_bad_input = 2,  // input, options, or what the operating system refuses
  exit_stopped = 3,    // time limit or signal; the state is saved
  exit_breakdown = 4,  // numerical breakdown
  exit_defect = 70     // a defect of nadir's own
};

struct Command {
  std::string_view name;
  std::string_view usage;    // behind "nadir"
  std::string_view summary;  // one line
  int (*run)(std::span<const std::string> arguments);
};

const std::vector<Command>& commands();

int run_solve(std::span<const std::string> arguments);
int run_judge(std::span<const std::string> arguments);
int run_survey(std::span<const std::string> arguments);
int run_verify(std::span<const std::string> arguments);
int run_reproduce(std::span<const std::string> arguments);
int run_predict(std::span<const std::string> arguments);
int run_reconstruct(std::span<const std::string> arguments);
int run_landscape(std::span<const std::string> arguments);
int run_report(std::span<const std::string> arguments);
int run_families(std::span<const std::string> arguments);
int run_help(std::span<const std::string> arguments);
int run_version(std::span<const std::string> arguments);

}  // namespace nadir::cli
