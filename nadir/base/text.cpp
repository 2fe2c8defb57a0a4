#include "nadir/base/text.hpp"

#include <charconv>

namespace nadir {

std::string shortest_text(double x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

std::string csv_field(const std::string& text) {
  const bool is_plain = !text.empty() && text.find_first_of(",\"\n\r") == std::string::npos && text.front() != ' ' && text.back() != ' ';
  if (is_plain) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + '"';
}

}  // namespace nadir
