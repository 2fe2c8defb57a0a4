// What every subcommand understands besides its own options, and how a subcommand reads its arguments.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nadir/cli/command_line.hpp"
#include "nadir/core/options.hpp"
#include "nadir/driver/run_options.hpp"

namespace nadir::cli {

struct CommonOptions {
  RunOptions run;
  bool json = false;      // the result object alone on standard output
  bool quiet = false;     // no progress, no prose
  bool progress = false;  // progress and prose even when standard error is no terminal
  std::string config;     // a TOML file with the same keys
  std::string require;    // the least verdict that counts as success
};

OptionList rows(CommonOptions& options);

// The rows of one subcommand, in the order the help shows them.
struct OptionGroup {
  std::string title;
  OptionList rows;
};
OptionList all_rows(const std::vector<OptionGroup>& groups);

// Reads flags and --config into the fields, the command line winning, and returns the line with the config's
// entries appended. Sets the number of threads. `num_words` is how many positional words the command takes;
// another number throws InputError with `usage`.
CommandLine read_arguments(std::span<const std::string> arguments, const std::vector<OptionGroup>& groups,
                           CommonOptions& common, const std::vector<std::string>& repeatable = {});

// Throws InputError unless the line has between `least` and `most` positional words.
void require_words(const CommandLine& line, std::size_t least, std::size_t most, const std::string& usage);


}  // namespace nadir::cli
