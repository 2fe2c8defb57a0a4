// Small tensors for the tests of tensors and their decompositions.
#pragma once

#include <cmath>
#include <random>

#include "nadir/linalg/tucker_decomposition.hpp"

namespace nadir {

template <class Scalar = double>
Tensor<Scalar> random_tensor(const TensorShape& shape, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Tensor<Scalar> T(shape);
  for (Scalar& x : T.flat()) x = static_cast<Scalar>(normal(generator));
  return T;
}

inline Matrix random_factor(Index rows, Index cols, unsigned seed) {
  Matrix m(rows, cols);
  const Tensor<double> values = random_tensor(TensorShape{rows, cols}, seed);
  std::copy(values.flat().begin(), values.flat().end(), m.data());
  return m;
}

// T_abc = sin(0.3 a b + 0.5 c - 0.2 a c), 4 x 5 x 6.
inline Tensor<double> sine_tensor() {
  Tensor<double> T(TensorShape{4, 5, 6});
  for (Index a = 0; a < 4; ++a)
    for (Index b = 0; b < 5; ++b)
      for (Index c = 0; c < 6; ++c)
        T.data()[(a * 5 + b) * 6 + c] = std::sin(0.3 * static_cast<double>(a * b) + 0.5 * static_cast<double>(c) - 0.2 * static_cast<double>(a * c));
  return T;
}

// Every shape has an order or an extent that is easy to get wrong.
inline std::vector<TensorShape> odd_shapes() {
  return {TensorShape{7},          TensorShape{5, 9},          TensorShape{9, 5},         TensorShape{1, 1},
          TensorShape{1, 6, 4},    TensorShape{6, 1, 4},       TensorShape{6, 4, 1},      TensorShape{3, 4, 5},
          TensorShape{2, 1, 3, 1}, TensorShape{3, 2, 4, 2, 3}, TensorShape{2, 3, 2, 2, 1, 3, 2, 2}};
}

// Read by slabs as from a file, though it lies in memory; slabs are a few entries of mode 0.
template <class Scalar>
class CopyingSlabs final : public SlabSource<Scalar> {
 public:
  explicit CopyingSlabs(TensorView<Scalar> view) : SlabSource<Scalar>(view.shape), view_(view) {}
  TensorView<Scalar> slab(Index first, Index count, std::vector<Scalar>& buffer) const override {
    const TensorView<Scalar> part = view_.slab(first, count);
    buffer.assign(part.flat().begin(), part.flat().end());
    return {buffer.data(), part.shape};
  }

 private:
  TensorView<Scalar> view_;
};

}  // namespace nadir
