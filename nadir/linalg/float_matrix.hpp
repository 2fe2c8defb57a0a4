// Matrices in single precision: half the memory and twice the speed, for numbers that nobody proves anything with.
//
// Everything else in nadir is double (matrix.hpp); these exist for products with blocks whose error is measured
// against the double product before they are believed (core/problem.hpp, apply_hessian_roughly).
#pragma once

#include <memory>

#include "nadir/linalg/dense.hpp"

namespace nadir {

struct ConstFloatView {
  const float* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  ConstFloatView() = default;
  ConstFloatView(const float* d, Index r, Index c, Index s) : data(d), rows(r), cols(c), stride(s) {}
  ConstFloatView(const float* d, Index r, Index c) : ConstFloatView(d, r, c, r) {}

  float operator()(Index i, Index j) const { return data[i + j * stride]; }
  const float* col(Index j) const { return data + j * stride; }
  ConstFloatView block(Index i, Index j, Index r, Index c) const { return {data + i + j * stride, r, c, stride}; }
  ConstFloatView columns(Index j, Index c) const { return block(0, j, rows, c); }
  bool empty() const { return rows == 0 || cols == 0; }
};

struct FloatView {
  float* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  FloatView() = default;
  FloatView(float* d, Index r, Index c, Index s) : data(d), rows(r), cols(c), stride(s) {}
  FloatView(float* d, Index r, Index c) : FloatView(d, r, c, r) {}

  float& operator()(Index i, Index j) const { return data[i + j * stride]; }
  float* col(Index j) const { return data + j * stride; }
  FloatView block(Index i, Index j, Index r, Index c) const { return {data + i + j * stride, r, c, stride}; }
  FloatView columns(Index j, Index c) const { return block(0, j, rows, c); }
  bool empty() const { return rows == 0 || cols == 0; }
  operator ConstFloatView() const { return {data, rows, cols, stride}; }
};

// An owning matrix; its entries are unspecified at birth.
class FloatMatrix {
 public:
  FloatMatrix() = default;
  FloatMatrix(Index rows, Index cols)
      : rows_(rows), cols_(cols), data_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(rows * cols))) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  float* col(Index j) { return data() + j * rows_; }
  const float* col(Index j) const { return data() + j * rows_; }
  FloatView view() { return {data(), rows_, cols_}; }
  ConstFloatView view() const { return {data(), rows_, cols_}; }
  operator ConstFloatView() const { return view(); }
  operator FloatView() { return view(); }

 private:
  Index rows_ = 0, cols_ = 0;
  std::unique_ptr<float[]> data_;
};

// to <- from, rounded where to is the narrower; shapes are asserted.
void convert(ConstMatrixView from, FloatView to);
void convert(ConstFloatView from, MatrixView to);
FloatMatrix to_float(ConstMatrixView from);

// C <- alpha op(A) op(B) + beta C, cut into the same panels as the double product (dense.hpp): the same bits on any
// number of threads.
void multiply(float alpha, ConstFloatView A, Op op_a, ConstFloatView B, Op op_b, float beta, FloatView C);

}  // namespace nadir
