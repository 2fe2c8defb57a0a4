// Higher-order orthogonal iteration (tucker_decomposition.hpp).
#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/leading_subspace.hpp"
#include "nadir/linalg/internal/streamed_products.hpp"

namespace nadir {
namespace {

// T contracted with all factors but one, from contractions kept for as long as their factors hold.
//
// The contractions are a stack: T x_m1 U_m1^T, that x_m2 U_m2^T, ... For an update of mode k those that contain U_k are
// dropped, and modes are added, the one whose next update is furthest away first: k - 1, k - 2, ... So each product with
// the whole tensor serves d - 1 updates, and a sweep costs d / (d - 1) of them, not d as written in the textbook.
// Modes that shrink little come last whatever their turn, because they make everything behind them expensive.
template <class Scalar>
class Contractions {
 public:
  Contractions(const SlabSource<Scalar>& source, const std::vector<Matrix>& factors) : source_(source), factors_(factors) {}

  // Valid until the next call.
  TensorView<Scalar> without(int mode) {
    const auto stale = std::find_if(stack_.begin(), stack_.end(), [mode](const Level& level) { return level.mode == mode; });
    stack_.erase(stale, stack_.end());
    for (int next = next_mode(mode); next >= 0; next = next_mode(mode)) push(next);
    return stack_.empty() ? source_.slab(0, source_.shape()[0], buffer_) : stack_.back().tensor.view();
  }

 private:
  struct Level {
    int mode = 0;
    Tensor<Scalar> tensor;
  };

  const Matrix& factor(int mode) const { return factors_[static_cast<std::size_t>(mode)]; }
  bool shrinks(int mode) const { return 2 * factor(mode).cols() <= factor(mode).rows(); }
  bool is_contracted(int mode) const {
    return std::any_of(stack_.begin(), stack_.end(), [mode](const Level& level) { return level.mode == mode; });
  }

  int next_mode(int updated) const {
    const int d = source_.shape().num_modes();
    int reserve = -1;
    for (int away = 1; away < d; ++away) {
      const int mode = (updated - away + d) % d;
      if (is_contracted(mode)) continue;
      if (shrinks(mode)) return mode;
      if (reserve < 0) reserve = mode;
    }
    return reserve;
  }

  void push(int mode) {
    Tensor<Scalar> tensor = stack_.empty()
                                ? internal::streamed_mode_product(source_, mode, factor(mode), Op::transpose)
                                : mode_product(stack_.back().tensor.view(), mode, factor(mode), Op::transpose);
    stack_.push_back({mode, std::move(tensor)});
  }

  const SlabSource<Scalar>& source_;
  const std::vector<Matrix>& factors_;
  std::vector<Level> stack_;
  std::vector<Scalar> buffer_;
};

void require_factors(const TensorShape& shape, const std::vector<Matrix>& factors) {
  if (static_cast<int>(factors.size()) != shape.num_modes())
    throw InputError("start", std::to_string(shape.num_modes()) + " factors", std::to_string(factors.size()));
  for (int k = 0; k < shape.num_modes(); ++k) {
    const Matrix& U = factors[static_cast<std::size_t>(k)];
    if (U.rows() != shape[k] || U.cols() < 1 || U.cols() > U.rows())
      throw InputError("start, mode " + std::to_string(k), "a factor with " + std::to_string(shape[k]) + " rows and at most as many columns",
                       std::to_string(U.rows()) + " x " + std::to_string(U.cols()));
  }
}

double squared(double x) { return x * x; }

template <class Scalar>
class Hooi {
 public:
  Hooi(const SlabSource<Scalar>& source, TuckerDecomposition&& start)
      : source_(source), contractions_(source, result_.decomposition.factors) {
    require_factors(source.shape(), start.factors);
    result_.decomposition = std::move(start);
    if (!(result_.decomposition.norm_squared > 0.0))
      result_.decomposition.norm_squared = internal::streamed_norm_squared(source);
  }

  // Sweeps: U_k <- leading left singular vectors of (T x_{j != k} U_j^T)_(k), k = 0, 1, ...
  HooiResult run(const HooiOptions& options) {
    const double scale = std::sqrt(result_.decomposition.norm_squared);
    note_core(contractions_.without(0), 0);
    result_.core_norms.push_back(std::sqrt(result_.decomposition.core_norm_squared));
    while (result_.sweeps < options.max_sweeps && !result_.has_settled) {
      for (int mode = 0; mode < source_.shape().num_modes(); ++mode) update(mode);
      ++result_.sweeps;
      const double length = std::sqrt(result_.decomposition.core_norm_squared);
      result_.has_settled = options.tol > 0.0 && length - result_.core_norms.back() <= options.tol * scale;
      result_.core_norms.push_back(length);
    }
    finish();
    return std::move(result_);
  }

 private:
  Matrix& factor(int mode) { return result_.decomposition.factors[static_cast<std::size_t>(mode)]; }

  void update(int mode) {
    const TensorView<Scalar> projected = contractions_.without(mode);
    factor(mode) = internal::subspace_of_unfolding(projected, mode, factor(mode)).U;
    if (mode + 1 == source_.shape().num_modes()) note_core(projected, mode);
  }

  // The core, from T contracted with all factors but that of `mode`.
  void note_core(TensorView<Scalar> projected, int mode) {
    const Tensor<Scalar> core = mode_product(projected, mode, factor(mode), Op::transpose);
    result_.decomposition.core = Tensor<double>(core.shape(), Vector(core.flat().begin(), core.flat().end()));
    result_.decomposition.core_norm_squared = squared(norm(result_.decomposition.core.view()));
  }

  void finish() {
    // Below this part of |T|^2 the difference of squares is mostly rounding.
    constexpr double cancels = sizeof(Scalar) == sizeof(double) ? 1e-8 : 1e-2;
    TuckerDecomposition& d = result_.decomposition;
    d.error_squared = d.norm_squared - d.core_norm_squared;
    if (!(d.error_squared > cancels * d.norm_squared)) d.error_squared = residual_squared(source_, d);
  }

  const SlabSource<Scalar>& source_;
  HooiResult result_;
  Contractions<Scalar> contractions_;
};

}  // namespace

template <class Scalar>
HooiResult hooi(const SlabSource<Scalar>& source, TuckerDecomposition start, const HooiOptions& options) {
  return Hooi<Scalar>(source, std::move(start)).run(options);
}

template <class Scalar>
HooiResult hooi(TensorView<Scalar> T, TuckerDecomposition start, const HooiOptions& options) {
  return hooi<Scalar>(MemorySlabs<Scalar>(T), std::move(start), options);
}

template HooiResult hooi(const SlabSource<double>&, TuckerDecomposition, const HooiOptions&);
template HooiResult hooi(const SlabSource<float>&, TuckerDecomposition, const HooiOptions&);
template HooiResult hooi(TensorView<double>, TuckerDecomposition, const HooiOptions&);
template HooiResult hooi(TensorView<float>, TuckerDecomposition, const HooiOptions&);

}  // namespace nadir
