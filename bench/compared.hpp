// What benchmarks that a script compares with PyTorch share: files of numbers, and the clock.
#pragma once

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <span>
#include <string>
#include <utility>

#include "nadir/problems/network/options.hpp"

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

// The problem whose x.bin and y.bin (targets, or one label a sample) lie in `folder`.
inline NetworkOptions network_options(const std::string& folder, Index samples, const char* loss, const char* activation, std::span<char*> widths) {
  NetworkOptions options;
  options.loss = loss;
  options.activation = activation;
  const Index outputs = options.loss == "squared" ? std::atol(widths.back()) : 1;
  for (std::size_t k = 1; k + 1 < widths.size(); ++k) options.hidden.push_back(std::atol(widths[k]));
  Matrix x(std::atol(widths.front()), samples), y(outputs, samples);
  read(folder + "/x.bin", x.flat());
  read(folder + "/y.bin", y.flat());
  options.x.values = std::move(x);
  options.y.values = std::move(y);
  return options;
}

}  // namespace nadir::bench
