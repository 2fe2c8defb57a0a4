// Arrays that never change: copies share their numbers.
//
// Data are read once and used by many: options, problems, the workers of a survey, NumPy. So they are immutable, a copy
// costs a counter, and the numbers live as long as the last copy. Where they come from (a std::vector, a Matrix, an
// array of Python) is the owner's affair: it is let go on whatever thread drops the last copy. Safe to read from any
// number of threads.
//
// To change data, make a Matrix or std::vector, change that, and assign it.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

template <class T>
class SharedVector {
 public:
  using value_type = T;
  using const_iterator = const T*;
  using iterator = const_iterator;

  SharedVector() = default;
  SharedVector(std::vector<T>&& values) : SharedVector(std::make_shared<const std::vector<T>>(std::move(values))) {}
  SharedVector(const std::vector<T>& values) : SharedVector(std::vector<T>(values)) {}
  SharedVector(std::initializer_list<T> values) : SharedVector(std::vector<T>(values)) {}
  // Memory of somebody else's, which `owner` keeps as it is until the last copy is gone.
  SharedVector(std::span<const T> values, std::shared_ptr<const void> owner)
      : data_(std::move(owner), values.data()), size_(values.size()) {}

  // No move, which would leave a length without numbers behind.
  SharedVector(const SharedVector&) = default;
  SharedVector& operator=(const SharedVector&) = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* data() const { return data_.get(); }
  const T& operator[](std::size_t k) const { return data()[k]; }
  const T& front() const { return data()[0]; }
  const T& back() const { return data()[size_ - 1]; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }

  friend bool operator==(const SharedVector& a, const SharedVector& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  explicit SharedVector(const std::shared_ptr<const std::vector<T>>& values) : SharedVector(std::span<const T>(*values), values) {}

  std::shared_ptr<const T> data_;
  std::size_t size_ = 0;
};

class SharedMatrix {
 public:
  SharedMatrix() = default;
  SharedMatrix(Matrix&& m) : SharedMatrix(std::make_shared<const Matrix>(std::move(m))) {}
  SharedMatrix(const Matrix& m) : SharedMatrix(Matrix(m)) {}
  // rows * cols numbers, column after column.
  SharedMatrix(Index rows, Index cols, SharedVector<double> values) : rows_(rows), cols_(cols), values_(values) {
    assert(static_cast<Index>(values_.size()) == rows * cols);
  }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index size() const { return rows_ * cols_; }
  bool empty() const { return size() == 0; }
  const double* data() const { return values_.data(); }
  double operator()(Index i, Index j) const { return data()[i + j * rows_]; }
  const double* col(Index j) const { return data() + j * rows_; }
  std::span<const double> flat() const { return values_; }
  ConstMatrixView view() const { return {data(), rows_, cols_}; }
  operator ConstMatrixView() const { return view(); }

  friend bool operator==(const SharedMatrix&, const SharedMatrix&) = default;

 private:
  explicit SharedMatrix(const std::shared_ptr<const Matrix>& m) : SharedMatrix(m->rows(), m->cols(), {m->flat(), m}) {}

  Index rows_ = 0, cols_ = 0;
  SharedVector<double> values_;
};

}  // namespace nadir
