// Bytes from a file as part of a one-line message: in double quotes, unprintable ones as \xNN, cut when long.
#pragma once

#include <string>
#include <string_view>

namespace nadir::internal {

inline std::string quoted(std::string_view bytes) {
  constexpr std::size_t most = 60;
  std::string text = "\"";
  for (const char c : bytes.substr(0, most)) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f) {
      text += c;
      continue;
    }
    text += "\\x";
    text += "0123456789abcdef"[code >> 4];
    text += "0123456789abcdef"[code & 15];
  }
  return text + (bytes.size() > most ? "...\"" : "\"");
}

}  // namespace nadir::internal
