// The data of a sensing problem, checked: the measurement map A and the measurements y.
//
//   A(X)_k = <A_k, X>,  X is rows x cols,  k = 0, ..., num_measurements - 1
//
// Either every A_k is given in full, or as a product a_k b_k^T. A NumPy array of shape (n, m, k) in C order is,
// byte for byte, the k x (n m) matrix whose column i m + j holds the entries (i, j) of all A_k: nothing is copied.
// Used by the family and by its check.
#pragma once

#include "nadir/core/point.hpp"
#include "nadir/problems/matrix_sensing/options.hpp"

namespace nadir {

struct SensingData {
  Index rows = 0, cols = 0, num_measurements = 0;
  ConstMatrixView dense;        // num_measurements x (rows cols), see above; empty for rank-one measurements
  ConstMatrixView left, right;  // column k is a_k (rows), b_k (cols); empty for dense ones
  SharedVector<double> y;
  bool is_psd = false;   // X = U U^T, and every A_k is exactly symmetric
  double lambda = 0.0;
  double operator_norm = 0.0;  // (sum_k |A_k|_F^2)^{1/2}, > 0, in floating point
  double y_norm = 0.0;

  SharedVector<double> left_values, right_values;  // what the views view, kept alive here; left: also the dense ones

  bool is_dense() const { return dense.data != nullptr; }
  Index num_entries() const { return is_dense() ? dense.size() : left.size() + right.size(); }
};

// Shares the numbers of `options`. Throws InputError where shapes contradict one another, an entry is not finite (or its
// square overflows), the operator is zero, or an A_k is not exactly symmetric although psd asks for it.
SensingData make_sensing_data(const MatrixSensingOptions& options);

// The number of columns that --rank asks for; 1 for auto, where the search begins. Throws InputError unless it
// is from 1 to the larger side.
Index requested_rank(const MatrixSensingOptions& options, const SensingData& data);

// The blocks U (rows x rank) and, unless psd, V (cols x rank).
Layout sensing_layout(const SensingData& data, Index rank);

}  // namespace nadir
