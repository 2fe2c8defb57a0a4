// Entries as text, one a line: a row id, a column id and a value. entries.hpp says what a file may hold.
#pragma once

#include <string>
#include <string_view>

#include "nadir/core/data_file.hpp"

namespace nadir::internal {

enum class Separator { comma, tab, blanks };

// Throws InputError with line and column, both counted from 1; `place` stands for the file.
//
// Cost: about 130 ns a line, 500 ns where millions of ids no longer fit into the cache; nothing is allocated for
// a line but for ids with a doubled quote in them.
DataEntries parse_entry_table(std::string_view text, const std::string& place, Separator separator);

}  // namespace nadir::internal
