// The loss along a line and along a Bezier curve of one bend, timed by the CPU clock of the process, for
// path_against_pytorch.py.
//
// usage: nadir_path_bench FOLDER SAMPLES {squared|cross-entropy} ACTIVATION POINTS WIDTH...
// Reads FOLDER as slice_bench.cpp does. The ends are the point and the point plus the first direction, the bend is the point
// plus the second. Writes POINTS even values along the line, then along the curve, to values.bin and prints one JSON object.
// Times include what the points share.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "bench/compared.hpp"
#include "nadir/landscape/curve.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

using bench::cpu_seconds;
using bench::read;

int run(int count, char** words) {
  if (count < 8) return 2;
  set_num_threads(1);
  const std::string folder = words[1];
  const Index samples = std::atol(words[2]), points = std::atol(words[5]);
  const NetworkOptions options = bench::network_options(folder, samples, words[3], words[4], {words + 6, words + count});
  const Network network(read_network_data(options));
  const Index n = network.layout().dimension();
  Vector point(static_cast<std::size_t>(n)), t(static_cast<std::size_t>(points)), values(t.size());
  Matrix steps(n, 2), bent(n, 3), line(n, 2);
  read(folder + "/point.bin", point);
  read(folder + "/directions.bin", steps.flat());
  for (Index i = 0; i < n; ++i) {
    const double here = point[static_cast<std::size_t>(i)];
    line(i, 0) = bent(i, 0) = here;
    line(i, 1) = bent(i, 2) = here + steps(i, 0);
    bent(i, 1) = here + steps(i, 1);
  }
  for (Index k = 0; k < points; ++k) t[static_cast<std::size_t>(k)] = static_cast<double>(k) / static_cast<double>(points - 1);

  std::ofstream out(folder + "/values.bin", std::ios::binary);
  double seconds[2];
  for (const bool is_bent : {false, true}) {
    const Curve curve(is_bent ? CurveKind::bezier : CurveKind::straight, is_bent ? bent : line);
    const double start = cpu_seconds();
    values_along(network, curve, network.value({line.col(0), point.size()}), network.value({line.col(1), point.size()}))(t, values);
    seconds[is_bent ? 1 : 0] = cpu_seconds() - start;
    out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(8 * values.size()));
  }
  std::printf("{\"line\": %.6f, \"bezier\": %.6f}\n", seconds[0], seconds[1]);
  return 0;
}

}  // namespace
}  // namespace nadir

int main(int count, char** words) { return nadir::run(count, words); }
