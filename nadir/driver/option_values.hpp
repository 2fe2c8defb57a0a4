// Options from text: the one way a flag, a config key or a keyword becomes the value of a field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

// "weight_decay" -> "weight-decay": the two spellings are one name.
std::string option_name(std::string_view name);
// The row of that name in either spelling, or null.
const OptionRow* find_option(const OptionList& rows, std::string_view name);
std::vector<std::string> option_names(const OptionList& rows);
// "integer", "file", ...: what the help shows behind the flag.
std::string value_kind(const OptionRow& row);
bool is_flag(const OptionRow& row);  // a bool
bool is_list(const OptionRow& row);
bool is_data(const OptionRow& row);  // names a file

// Writes the field that the row points to. Booleans are "true" or "false", lists are "32,16" (empty for
// none), data are paths (loaded later, by load_data). Throws InputError with `place` when the text is not a
// value of that kind or breaks the row's range or choices; the field keeps its value then.
void assign(const OptionRow& row, std::string_view text, const std::string& place);

// The same for every row of that name: several solvers may have one of the same meaning.
void assign_named(const OptionList& rows, std::string_view name, std::string_view text, const std::string& place);

// Throws InputError for a required row that still has no value.
void require_given(const OptionList& rows);

}  // namespace nadir
