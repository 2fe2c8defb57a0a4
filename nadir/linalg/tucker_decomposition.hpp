// Tucker decompositions of dense tensors: T ~ G x_0 U_0 x_1 U_1 ... with a core G (r_0 x ... x r_{d-1}) and factors
// U_k (n_k x r_k) with orthonormal columns.
//
//     sthosvd   sequentially truncated higher-order SVD [VannieuwenhovenVandebrilMeerbergen2012, Alg. 1]: mode by mode
//               the leading left singular vectors of what the modes before have left; error at most sqrt(d) times the
//               best. A start, and often all that is wanted.
//     hooi      higher-order orthogonal iteration [DeLathauwerDeMoorVandewalle2000b, Alg. 4.2]: best U_k with the
//               others fixed, in turn; |G| never falls. Ends near a critical point of the best approximation, which
//               may be a saddle or a local minimum that is not global: a negative answer of a test for progress says
//               nothing about how good the point is.
//
// Both take float or double, in memory or from disk (slab_source.hpp); factors and core come back in double. They
// throw InputError for ranks that do not fit the shape (naming the mode, counted from 0) and NumericalBreakdown
// where |T|^2 leaves the range of double; entries are taken to be finite.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/linalg/slab_source.hpp"
#include "nadir/linalg/tensor.hpp"

namespace nadir {

// How the leading subspace of an unfolding T_(k) is found.
enum class SubspaceRoute {
  automatic,  // gram where its resolution is enough (errors from 7e-6 on at n = 200, in proportion to root n), else
              // triangle; randomised where that is much cheaper
  gram,       // eigenvectors of T_(k) T_(k)^T: fastest, blind below 1e-8 of the largest singular value (float: 3e-4)
  triangle,   // QR of T_(k)^T, then an SVD of the triangle: resolves 1e-16 (float: 1e-7 of the data's own rounding)
  randomised  // range finder [HalkoMartinssonTropp2011, Alg. 4.4], power steps until one adds less than a hundredth of what
              // is discarded, else as automatic; needs ranks; leaves the tail's single energies unknown
};

struct SthosvdOptions {
  std::vector<Index> ranks;  // a rank for each mode, or one for all modes; empty: by `error`
  double error = 0.0;        // relative to |T|: each mode may lose error^2 |T|^2 / d [BallardKlinvexKolda2020]
  SubspaceRoute route = SubspaceRoute::automatic;
  std::vector<int> mode_order;  // all modes, each once; empty: the order of least flops
  std::uint64_t seed = 0;    // of the randomised route
};

struct TuckerDecomposition {
  Tensor<double> core;
  std::vector<Matrix> factors;           // U_k, n_k x r_k
  double norm_squared = 0.0;             // |T|^2
  double core_norm_squared = 0.0;        // |G|^2
  // |T - approximation|^2: the sum of the discarded energies after sthosvd; after hooi |T|^2 - |G|^2, and from the
  // entries where that would cancel.
  double error_squared = 0.0;
  double relative_error() const;         // sqrt(error_squared / norm_squared); 0 for T = 0

  // After sthosvd, by mode; hooi keeps them from its start.
  std::vector<Vector> singular_values;   // of the unfolding that mode k met, descending; randomised: leading ones only
  Vector discarded;                      // energy that the truncation of mode k lost
  std::vector<int> mode_order;           // as truncated
  std::vector<SubspaceRoute> routes;     // as taken, by mode

  TensorShape shape() const;             // of the approximation
  Index num_parameters() const;          // entries of core and factors
};

// One rank for each mode from a list with one for each, or one for all. Throws InputError ("ranks", naming mode and
// extent) for a rank below 1 or above its mode, or a list of another length. A rank above the product of the others is
// allowed: the core then has dependent slices.
std::vector<Index> requested_ranks(const std::vector<Index>& extents, const std::vector<Index>& ranks);

template <class Scalar>
TuckerDecomposition sthosvd(const SlabSource<Scalar>& source, const SthosvdOptions& options);
template <class Scalar>
TuckerDecomposition sthosvd(TensorView<Scalar> T, const SthosvdOptions& options);

struct HooiOptions {
  int max_sweeps = 50;
  double tol = 1e-10;        // ends when a sweep raises |G| by less than tol |T|; 0: runs max_sweeps
};

struct HooiResult {
  TuckerDecomposition decomposition;
  int sweeps = 0;
  bool has_settled = false;  // by tol; false: max_sweeps
  Vector core_norms;         // |G| at the start and after each sweep
};

// From `start` (whose ranks it keeps): factors with orthonormal columns; its core is not read.
template <class Scalar>
HooiResult hooi(const SlabSource<Scalar>& source, TuckerDecomposition start, const HooiOptions& options);
template <class Scalar>
HooiResult hooi(TensorView<Scalar> T, TuckerDecomposition start, const HooiOptions& options);

// The tensor G x_0 U_0 x_1 U_1 ..., whole.
Tensor<double> reconstruct(const TuckerDecomposition& decomposition);
// Its entries first, ..., first + count - 1 of one mode, without the others.
Tensor<double> reconstruct_slab(const TuckerDecomposition& decomposition, int mode, Index first, Index count);
// |T - G x_0 U_0 ...|^2 from the entries themselves, slab by slab: no cancellation, any factors.
template <class Scalar>
double residual_squared(const SlabSource<Scalar>& source, const TuckerDecomposition& decomposition);
// T x_0 U_0^T x_1 U_1^T ...: the best core for factors with orthonormal columns.
template <class Scalar>
Tensor<double> best_core(const SlabSource<Scalar>& source, const std::vector<Matrix>& factors);
template <class Scalar>
Tensor<double> best_core(TensorView<Scalar> T, const std::vector<Matrix>& factors);

}  // namespace nadir
