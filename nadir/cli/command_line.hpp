// Flags from option rows: --name value, --name=value, --name and --no-name for booleans, -o DIR for --output.
//
// Every flag of nadir is a row of an OptionList, so a flag cannot exist without a default, a range and a line
// of help. Flags may stand before or after positional words; "--" ends the flags.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir::cli {

struct CommandLine {
  std::vector<std::string> words;                          // what is not a flag, in order
  std::vector<std::pair<std::string, std::string>> flags;  // option name and value text, in order
  bool wants_help = false;                                 // --help or -h

  bool has(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
};

// Splits arguments by the rows, without writing any field. Throws InputError for an unknown flag (naming the
// nearest), a missing value, or a flag given twice that is not in `repeatable`.
CommandLine split_arguments(std::span<const std::string> arguments, const OptionList& rows,
                            const std::vector<std::string>& repeatable = {});

// Writes the fields of the rows. Throws InputError naming the flag. Repeatable flags are left to the caller.
void assign_flags(const CommandLine& line, const OptionList& rows, const std::vector<std::string>& repeatable = {});

}  // namespace nadir::cli
