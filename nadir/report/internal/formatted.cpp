#include "nadir/report/internal/formatted.hpp"

#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace nadir::internal {

std::string line(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return std::string(text) + "\n";
}

std::string number(const char* format, double x) {
  if (!std::isfinite(x)) return "not finite";
  char text[64];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

}  // namespace nadir::internal
