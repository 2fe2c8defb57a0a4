// One number in a text file, the same in every format: decimal, with an optional sign and exponent, "nan" or
// "inf" in any case; correctly rounded and independent of the locale.
#pragma once

#include <charconv>
#include <string_view>

namespace nadir::internal {

enum class NumberStatus { fine, out_of_range, not_a_number };

// The whole of `text` must be the number.
inline NumberStatus parse_number(std::string_view text, double& value) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);  // from_chars knows only '-'
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    return NumberStatus::not_a_number;
  return error == std::errc() ? NumberStatus::fine : NumberStatus::out_of_range;
}

}  // namespace nadir::internal
