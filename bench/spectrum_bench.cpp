// Spectra of a network's Hessian, timed by the CPU clock of the process, for spectrum_against_pytorch.py.
//
// usage: nadir_spectrum_bench FOLDER SAMPLES {squared|cross-entropy} ACTIVATION {top|likely_top|density|product} WIDTH...
// FOLDER holds x.bin (a sample after the other), y.bin (targets, or one label a sample) and point.bin (blocks in order,
// column-major), doubles in the order of the machine. Prints one JSON object.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/compared.hpp"
#include "nadir/landscape/spectrum.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

using bench::cpu_seconds;
using bench::read;

void top(const SymmetricOperator& op, bool must_exclude) {
  const double start = cpu_seconds();
  ExtremesOptions options;
  options.wants_least = false;
  options.must_exclude = must_exclude;
  const Extremes ends = find_extremes(op, options);
  const double seconds = cpu_seconds() - start;
  const ExtremeEigenvalue& e = ends.greatest[0];
  std::printf("{\"seconds\": %.6f, \"products\": %td, \"value\": %.17g, \"residual\": %.3g, \"none_above\": %.17g}\n", seconds, ends.num_products, e.value,
              e.residual, ends.none_above);
}

void density(const Expansion& expansion, const Layout& layout) {
  const double start = cpu_seconds();
  SpectrumOptions options;
  options.top = 1;
  options.with_blocks = false;
  const Spectrum s = examine_spectrum(expansion, layout, options);
  const double seconds = cpu_seconds() - start;
  std::printf("{\"seconds\": %.6f, \"products\": %td, \"steps\": %td, \"probes\": 10, \"trace\": %.10g, \"trace_half_width\": %.4g}\n", seconds, s.num_products,
              s.steps, s.trace.value, s.trace.half_width);
}

// A block of ten products, in double and in single precision, alternating.
void product_rates(const SymmetricOperator& op) {
  Matrix V(op.dimension, 10), out(op.dimension, 10);
  Random(1).fill_normal(V.flat());
  const FloatMatrix v = to_float(V);
  FloatMatrix rough(op.dimension, 10);
  op.exact(V, out);
  op.rough(v, rough);
  double exact_seconds = 0.0, rough_seconds = 0.0;
  for (int i = 0; i < 3; ++i) {
    const double start = cpu_seconds();
    op.exact(V, out);
    const double middle = cpu_seconds();
    op.rough(v, rough);
    exact_seconds += (middle - start) / 30.0;
    rough_seconds += (cpu_seconds() - middle) / 30.0;
  }
  std::printf("{\"exact_seconds\": %.6f, \"rough_seconds\": %.6f, \"rough_error\": %.3g}\n", exact_seconds, rough_seconds, rough_error(op, 0));
}

int run(int argc, char** argv) {
  if (argc < 8) return 2;
  set_num_threads(1);
  const std::string folder = argv[1], what = argv[5];
  const Index samples = std::atol(argv[2]);
  const NetworkOptions o = bench::network_options(folder, samples, argv[3], argv[4], {argv + 6, argv + argc});
  const Network problem(read_network_data(o));
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  read(folder + "/point.bin", x);
  const auto expansion = problem.expand(x);
  const SymmetricOperator op = hessian_operator(*expansion, problem.layout().dimension());
  if (what == "top" || what == "likely_top") top(op, what == "top");
  else if (what == "density") density(*expansion, problem.layout());
  else product_rates(op);
  return 0;
}

}  // namespace
}  // namespace nadir

int main(int argc, char** argv) { return nadir::run(argc, argv); }
