#include "nadir/base/clock.hpp"

#include <array>
#include <ctime>

namespace nadir {

std::string utc_timestamp(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm calendar{};
  gmtime_r(&seconds, &calendar);
  std::array<char, 32> text;
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &calendar);
  return {text.data(), length};
}

}  // namespace nadir
