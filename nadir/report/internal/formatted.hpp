// Lines of tables as text.
#pragma once

#include <string>

namespace nadir::internal {

// As printf writes it, at most 511 bytes, and a line break.
[[gnu::format(printf, 1, 2)]] std::string line(const char* format, ...);

// One number by a format of printf; "not finite" for infinities and NaN.
std::string number(const char* format, double x);

}  // namespace nadir::internal
