// Options from a TOML file: --config FILE.toml.
//
// The keys are the flags' names with '-' or '_': `hidden = [32, 16]`, `residual = true`, `x = "X.npy"`.
// Lists may be arrays or text as on the command line. Paths are relative to the working directory, as flags are.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir::cli {

// Writes the fields of those rows that the file names and returns the names with their values as text; rows
// named in `left_out` (given on the command line, which wins) are checked by name alone, rows named in
// `repeatable` are returned once per element of an array. Throws InputError
// with file and line for a syntax error, an unknown key (naming the nearest) or a bad value; FileError when
// the file cannot be read.
std::vector<std::pair<std::string, std::string>> assign_config(const std::string& path, const OptionList& rows,
                                                               const std::vector<std::string>& left_out,
                                                               const std::vector<std::string>& repeatable);

}  // namespace nadir::cli
