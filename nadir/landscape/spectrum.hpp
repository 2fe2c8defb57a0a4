// The spectrum of a Hessian at a point: its ends, its density, its trace, and those of the diagonal blocks.
//
// One block Krylov space from P probes, uniform on the sphere, serves all: m steps are P m products, made in blocks, in
// single precision where the problem offers that and its measured error allows (extremes.hpp says how the ends are then
// measured in double). Eigenvalues at the ends that have converged, lie apart and are fewer than P together are taken out
// of the probes and counted exactly, with weight 1/n each: what is left spreads less, and no outlier appears twice.
//
//   density   density.hpp; sigma is a `steps`-th of the range. Where outliers stretch the range, fewer steps than asked for
//             resolve the rest as finely: the loop ends once the bound of the quadrature's error is below a third of the
//             probes' own error bars (and the ends have converged), or below what the steps asked for promise.
//   trace     sum of the outliers + (n - c) mean of u^T A u over probes u in their complement [Hutchinson1990], with the
//             interval of Student's distribution. It holds with the stated confidence where the estimates are normal,
//             which taking the outliers out is for.
//   blocks    the same estimate by rows of each parameter block; extremes of the diagonal blocks by find_extremes.
// Up to dense_limit parameters (and wherever P m products would make the whole matrix) LAPACK gives everything: then all is
// exact to rounding, and half widths are 0.
//
// Memory: the Krylov space, P m columns of the dimension, 4 bytes an entry in single precision and 8 in double, touched as
// it grows; 3 (P + top) columns beside.
//
// Everything is `numerical`, but for none_below and none_above, which are `probable`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nadir/core/problem.hpp"
#include "nadir/landscape/density.hpp"
#include "nadir/landscape/extremes.hpp"

namespace nadir {

struct SpectrumOptions {
  Index top = 5;             // eigenvalues wanted at each end
  double tol = 1e-3;         // of each, relative
  Index probes = 10;         // at least 2
  Index steps = 80;          // at least 2; resolution of the density, and the most steps
  double confidence = 0.99;  // of every interval, and of none_below and none_above
  Index dense_limit = 500;
  bool may_be_rough = true;
  bool with_blocks = true;   // diagonal blocks, where there are several
  double most_basis_bytes = 0.0;  // 0: half of the memory there is; where P m columns need more, fewer steps are made
  std::uint64_t seed = 0;
  std::function<bool()> should_stop;  // asked between products; may be empty
};

struct TraceEstimate {
  double value = 0.0, half_width = 0.0;  // the trace lies within half_width, with the confidence of the options
};

struct BlockSpectrum {
  std::string name;
  Index dimension = 0;
  TraceEstimate trace;
  ExtremeEigenvalue least, greatest;
};

struct Spectrum {
  Index dimension = 0;
  Extremes extremes;
  SpectralMeasure measure;
  SmoothedDensity density;
  TraceEstimate trace;
  std::vector<BlockSpectrum> blocks;
  Index steps = 0;          // of Lanczos; 0: the whole spectrum was computed
  Index num_products = 0;   // vectors in all
  double confidence = 0.0;
  bool is_whole = false;    // every eigenvalue was computed
  bool is_finite = true;    // false: a product gave NaN or infinity, and nothing else here is meant
  bool is_stopped = false;  // should_stop said so; blocks that were not reached are missing
};

// Throws InputError for options out of range, for a problem without parameters, and for one of which not even two steps
// fit into memory.
Spectrum examine_spectrum(const Expansion& expansion, const Layout& layout, const SpectrumOptions& options = {});

}  // namespace nadir
