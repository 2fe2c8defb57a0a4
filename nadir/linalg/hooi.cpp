// Higher-order orthogonal iteration (tucker_decomposition.hpp).
#include <algorithm>
#include <array>

#include "nadir/linalg/internal/hooi_sweeps.hpp"
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
  explicit Contractions(const SlabSource<Scalar>& source) : source_(source) {}

  // Valid until the next call. Between calls no factor but that of the last `mode` may change.
  TensorView<Scalar> without(int mode, const std::vector<Matrix>& factors) {
    factors_ = &factors;
    while (is_contracted(mode)) {
      spare_[stack_.size() - 1] = std::move(stack_.back().tensor).take_values();
      stack_.pop_back();
    }
    for (int next = next_mode(mode); next >= 0; next = next_mode(mode)) push(next);
    return stack_.empty() ? source_.slab(0, source_.shape()[0], buffer_) : stack_.back().tensor.view();
  }

 private:
  struct Level {
    int mode = 0;
    Tensor<Scalar> tensor;
  };

  const Matrix& factor(int mode) const { return (*factors_)[static_cast<std::size_t>(mode)]; }
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
    if (stack_.empty() && !internal::is_in_memory(source_)) {
      stack_.push_back({mode, internal::streamed_mode_product(source_, mode, factor(mode), Op::transpose)});
      return;
    }
    const TensorView<Scalar> T = stack_.empty() ? source_.whole() : stack_.back().tensor.view();
    const TensorShape shape = T.shape.with(mode, factor(mode).cols());
    // Memory of the contraction that stood here before: fresh pages cost as much as the product.
    std::vector<Scalar> values = std::move(spare_[stack_.size()]);
    values.resize(static_cast<std::size_t>(shape.size()));
    mode_product(T, mode, factor(mode), Op::transpose, std::span<Scalar>(values));
    stack_.push_back({mode, Tensor<Scalar>(shape, std::move(values))});
  }

  const SlabSource<Scalar>& source_;
  const std::vector<Matrix>* factors_ = nullptr;
  std::vector<Level> stack_;
  std::array<std::vector<Scalar>, TensorShape::max_modes> spare_;  // by place in the stack
  std::vector<Scalar> buffer_;
};

}  // namespace

template <class Scalar>
HooiResult hooi(const SlabSource<Scalar>& source, TuckerDecomposition start, const HooiOptions& options) {
  internal::require_factors(source.shape().extents(), start.factors);
  if (!(start.norm_squared > 0.0)) start.norm_squared = internal::streamed_norm_squared(source);
  Contractions<Scalar> contractions(source);
  HooiResult result = internal::sweep(contractions, std::move(start), options);
  // Below this part of |T|^2 the difference of squares is mostly rounding.
  constexpr double cancels = sizeof(Scalar) == sizeof(double) ? 1e-8 : 1e-2;
  TuckerDecomposition& d = result.decomposition;
  if (!(d.error_squared > cancels * d.norm_squared)) d.error_squared = residual_squared(source, d);
  return result;
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
