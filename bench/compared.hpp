// What benchmarks that a script compares with PyTorch share: files of numbers, and the clock.
#pragma once

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <span>
#include <string>

namespace nadir::bench {

// Of the process.
inline double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Doubles in the order of the machine; ends the program where the file is too short.
inline void read(const std::string& path, std::span<double> values) {
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!file) std::exit(2);
}

}  // namespace nadir::bench
