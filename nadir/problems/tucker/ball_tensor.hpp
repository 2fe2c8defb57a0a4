// Tensors known up to an entrywise radius, and products with them: what enclosures of a Tucker problem are made of.
//
// Modes and memory as in linalg/tensor.hpp. Every product is one of rigor/product.hpp, with its bounds.
#pragma once

#include <vector>

#include "nadir/linalg/tensor.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

struct BallTensor {
  TensorShape shape;
  BallMatrix entries;  // size x 1, C order

  BallTensor() = default;
  explicit BallTensor(const TensorShape& s) : shape(s), entries(s.size(), 1) {}
  explicit BallTensor(TensorView<double> exact_values);
  BallTensor(const TensorShape& s, BallMatrix e) : shape(s), entries(std::move(e)) {}
};

BallTensor add(const BallTensor& X, const BallTensor& Y);
BallTensor subtract(const BallTensor& X, const BallTensor& Y);
// Exactly zero where a factor is, whatever the other's radii: on this paths out of degenerate points rest.
Interval exact_inner_product(const BallMatrix& A, const BallMatrix& B);
Interval inner_product(const BallTensor& X, const BallTensor& Y);
Interval norm_squared(const BallTensor& X);

// T_(mode), n_mode x others, and back.
BallMatrix unfolding(const BallTensor& T, int mode);
BallTensor folding(const BallMatrix& unfolded, int mode, const TensorShape& shape);

// T x_mode op(A).
BallTensor mode_product(const BallTensor& T, int mode, const BallMatrix& A, Op op);
// The same for an exact tensor whose unfolding need not be copied: mode 0 or the last.
BallTensor outer_mode_product(TensorView<double> T, int mode, const BallMatrix& A, Op op);
// X_(mode) Y_(mode)^T
BallMatrix unfolding_product(const BallTensor& X, const BallTensor& Y, int mode);

}  // namespace nadir
