// Dense column-major matrices and views of them: the one array type of nadir.
//
// Column j of a matrix is contiguous at data + j * stride. A NumPy array of shape (n, d) in C order is,
// byte for byte, the d x n matrix here: samples are columns, as in the papers, and nothing is copied.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace nadir {

using Index = std::ptrdiff_t;
using Vector = std::vector<double>;

// A read-only window: rows x cols entries, columns `stride` entries apart (stride >= rows).
struct ConstMatrixView {
  const double* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  ConstMatrixView() = default;
  ConstMatrixView(const double* d, Index r, Index c, Index s) : data(d), rows(r), cols(c), stride(s) {}
  ConstMatrixView(const double* d, Index r, Index c) : ConstMatrixView(d, r, c, r) {}

  double operator()(Index i, Index j) const { return data[i + j * stride]; }
  const double* col(Index j) const { return data + j * stride; }
  ConstMatrixView block(Index i, Index j, Index r, Index c) const { return {data + i + j * stride, r, c, stride}; }
  ConstMatrixView columns(Index j, Index c) const { return block(0, j, rows, c); }
  Index size() const { return rows * cols; }
  bool empty() const { return rows == 0 || cols == 0; }
};

// A window that may be written through.
struct MatrixView {
  double* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  MatrixView() = default;
  MatrixView(double* d, Index r, Index c, Index s) : data(d), rows(r), cols(c), stride(s) {}
  MatrixView(double* d, Index r, Index c) : MatrixView(d, r, c, r) {}

  double& operator()(Index i, Index j) const { return data[i + j * stride]; }
  double* col(Index j) const { return data + j * stride; }
  MatrixView block(Index i, Index j, Index r, Index c) const { return {data + i + j * stride, r, c, stride}; }
  MatrixView columns(Index j, Index c) const { return block(0, j, rows, c); }
  Index size() const { return rows * cols; }
  bool empty() const { return rows == 0 || cols == 0; }
  operator ConstMatrixView() const { return {data, rows, cols, stride}; }
};

// An owning matrix, zero at birth.
class Matrix {
 public:
  Matrix() = default;
  Matrix(Index rows, Index cols) : rows_(rows), cols_(cols), data_(static_cast<std::size_t>(rows * cols), 0.0) {}
  // Takes over values that are column-major already.
  Matrix(Index rows, Index cols, Vector&& values) : rows_(rows), cols_(cols), data_(std::move(values)) {
    assert(data_.size() == static_cast<std::size_t>(rows * cols));
  }
  // Rows as a person writes them: Matrix::from_rows({{1, 2}, {3, 4}}).
  static Matrix from_rows(const std::vector<std::vector<double>>& rows) {
    Matrix m(static_cast<Index>(rows.size()), rows.empty() ? 0 : static_cast<Index>(rows[0].size()));
    for (Index i = 0; i < m.rows(); ++i)
      for (Index j = 0; j < m.cols(); ++j) m(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    return m;
  }
  static Matrix identity(Index n) {
    Matrix m(n, n);
    for (Index i = 0; i < n; ++i) m(i, i) = 1.0;
    return m;
  }
  explicit Matrix(ConstMatrixView v) : Matrix(v.rows, v.cols) {
    for (Index j = 0; j < cols_; ++j) std::copy_n(v.col(j), rows_, col(j));
  }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  double* data() { return data_.data(); }
  const double* data() const { return data_.data(); }
  double& operator()(Index i, Index j) { return data_[static_cast<std::size_t>(i + j * rows_)]; }
  double operator()(Index i, Index j) const { return data_[static_cast<std::size_t>(i + j * rows_)]; }
  double* col(Index j) { return data() + j * rows_; }
  const double* col(Index j) const { return data() + j * rows_; }
  std::span<double> flat() { return data_; }
  std::span<const double> flat() const { return data_; }

  MatrixView view() { return {data(), rows_, cols_, rows_}; }
  ConstMatrixView view() const { return {data(), rows_, cols_, rows_}; }
  operator ConstMatrixView() const { return view(); }
  operator MatrixView() { return view(); }

  friend bool operator==(const Matrix&, const Matrix&) = default;

 private:
  Index rows_ = 0, cols_ = 0;
  Vector data_;
};

}  // namespace nadir
