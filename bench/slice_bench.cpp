// Slices of a network's loss, timed by the CPU clock of the process, for slice_against_pytorch.py.
//
// usage: nadir_slice_bench FOLDER SAMPLES {squared|cross-entropy} ACTIVATION POINTS TOLERANCE WIDTH...
// FOLDER holds x.bin (a sample after the other), y.bin (targets, or one label a sample), point.bin and directions.bin (two of
// them; blocks in order, column-major), doubles in the order of the machine. Draws POINTS x POINTS values over [-1, 1]^2,
// every one for TOLERANCE 0; writes them to values.bin, the first axis fastest, and prints one JSON object. Times
// include what the points share.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "bench/compared.hpp"
#include "nadir/landscape/slice.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

using bench::cpu_seconds;
using bench::read;

int run(int count, char** words) {
  if (count < 9) return 2;
  set_num_threads(1);
  const std::string folder = words[1];
  const Index samples = std::atol(words[2]), points = std::atol(words[5]);
  const NetworkOptions options = bench::network_options(folder, samples, words[3], words[4], {words + 7, words + count});
  const Network network(read_network_data(options));
  const Index n = network.layout().dimension();
  Vector point(static_cast<std::size_t>(n));
  Matrix steps(n, 2);
  read(folder + "/point.bin", point);
  read(folder + "/directions.bin", steps.flat());
  std::vector<Direction> directions(2);
  for (Index k = 0; k < 2; ++k) directions[static_cast<std::size_t>(k)].step.assign(steps.col(k), steps.col(k) + n);

  const double start = cpu_seconds();
  const Slice slice = examine_slice(network, point, directions, {.counts = {points, points}, .adaptive_tol = std::atof(words[6])});
  const double seconds = cpu_seconds() - start;

  const Matrix& values = slice.layers[0].values;
  std::ofstream(folder + "/values.bin", std::ios::binary).write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(8 * values.size()));
  std::printf("{\"seconds\": %.6f, \"evaluations\": %td, \"estimate\": %.6g}\n", seconds, slice.evaluations, slice.adaptive ? slice.adaptive->error : 0.0);
  return 0;
}

}  // namespace
}  // namespace nadir

int main(int count, char** words) { return nadir::run(count, words); }
