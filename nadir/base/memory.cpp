#include "nadir/base/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace nadir {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

double machine_bytes() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<double>(pages) * static_cast<double>(size) : unlimited;
}

double address_bytes() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  return static_cast<double>(limit.rlim_cur);
}

// The file holds a number, or a word where there is no limit.
double group_bytes(const char* path) {
  std::ifstream file(path);
  double bytes = 0.0;
  return file >> bytes && bytes > 0.0 ? bytes : unlimited;
}

}  // namespace

double usable_memory_bytes() {
  return std::min({machine_bytes(), address_bytes(), group_bytes("/sys/fs/cgroup/memory.max"),
                   group_bytes("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

}  // namespace nadir
