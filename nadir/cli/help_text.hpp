// Help generated from option rows: a line an option, with its range, choices and default.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nadir/cli/common_options.hpp"
#include "nadir/core/family.hpp"

namespace nadir::cli {

// One aligned block per group, groups without rows left out. Defaults are what the fields hold now.
std::string options_text(const std::vector<OptionGroup>& groups);

// Name and text in two columns, the text broken at the width of a line.
std::string named_lines(const std::vector<std::pair<std::string, std::string>>& lines);

// "NAME: SUMMARY", broken likewise.
std::string title_text(const Family& family);

// `nadir --help`: usage, the subcommands, where to read on.
std::string overview_text();

// `nadir help FAMILY`: what the family says of itself, its options, its starts.
std::string family_text(Family& family);

}  // namespace nadir::cli
