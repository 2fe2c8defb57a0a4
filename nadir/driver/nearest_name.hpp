// The nearest valid name to a mistyped one, for messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nadir {

// The candidate with the least Damerau-Levenshtein distance to `name` (the first of several), or "" when none
// is near enough to be meant: more than a third of the letters, and more than two, would have to change.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

// ", nearest is 'b'" for use at the end of a message, or "".
std::string nearest_hint(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace nadir
