// Sparse matrices for the tests of rigor/.
#pragma once

#include <algorithm>
#include <vector>

#include "nadir/rigor/sparse_norm.hpp"

namespace nadir::oracle {

struct Sparse {
  Index rows = 0, cols = 0;
  std::vector<Index> starts{0}, row_indices;
  Vector values;

  Sparse(Index r, Index c) : rows(r), cols(c) {}
  explicit Sparse(ConstMatrixView A) : Sparse(A.rows, A.cols) {
    for (Index j = 0; j < A.cols; ++j) {
      for (Index i = 0; i < A.rows; ++i)
        if (A(i, j) != 0.0) add(i, A(i, j));
      end_column();
    }
  }
  void add(Index row, double value) {
    row_indices.push_back(row);
    values.push_back(value);
  }
  void end_column() { starts.push_back(std::ssize(row_indices)); }
  // The same matrix, its entries in another order.
  Sparse with_columns_reversed() const {
    Sparse S(*this);
    for (Index j = 0; j < cols; ++j) {
      const Index first = starts[static_cast<std::size_t>(j)], last = starts[static_cast<std::size_t>(j + 1)];
      std::reverse(S.row_indices.begin() + first, S.row_indices.begin() + last);
      std::reverse(S.values.begin() + first, S.values.begin() + last);
    }
    return S;
  }
  SparseMatrixView view() const { return {rows, cols, starts, row_indices, values}; }
};

}  // namespace nadir::oracle
