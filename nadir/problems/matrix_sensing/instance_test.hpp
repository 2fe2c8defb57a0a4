// Sensing problems from a list of measurement matrices: the fixture of this folder's tests.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir::sensing_test {

inline DataArray dense_operator(const std::vector<Matrix>& A) {
  DataArray result;
  const Index n = A[0].rows(), m = A[0].cols();
  result.shape = {n, m, static_cast<std::int64_t>(A.size())};
  Vector values;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j)
      for (const Matrix& A_k : A) values.push_back(A_k(i, j));
  result.values = std::move(values);
  return result;
}

inline DataArray vector_array(Vector values) {
  DataArray result;
  result.shape = {static_cast<std::int64_t>(values.size())};
  result.values = std::move(values);
  return result;
}

struct Instance {
  SensingData data;
  std::unique_ptr<MatrixSensing> problem;
};

inline Instance make_instance(const MatrixSensingOptions& options, Index rank) {
  Instance result;
  result.data = make_sensing_data(options);
  result.problem = std::make_unique<MatrixSensing>(result.data, rank);
  return result;
}

inline Instance psd_instance(const std::vector<Matrix>& A, Vector y, Index rank, double lambda = 0.0) {
  MatrixSensingOptions o;
  o.operator_array = dense_operator(A);
  o.measurements = vector_array(std::move(y));
  o.psd = true;
  o.lambda = lambda;
  return make_instance(o, rank);
}

inline Point point_of(const MatrixSensing& problem, Vector values) {
  Point point(problem.layout());
  point.values = std::move(values);
  return point;
}

inline Matrix two_by_two(double a, double b, double c) { return Matrix::from_rows({{a, b}, {b, c}}); }

// q(X) = a^2 + 2 delta a c + c^2 + 2 (1 + delta) b^2 for X = [[a, b], [b, c]], by square roots of weights, and
// y = A(diag(1, 0)): f(x) = q(x x^T - e_1 e_1^T) / 2. The point (0, sqrt(delta)) is critical; its Hessian (of f) is
// diag(2 (1 + delta)(2 delta - 1), 4 delta).
inline Instance counterexample(double delta) {
  const double s = std::sqrt(delta), t = std::sqrt(1.0 - delta), u = 0.5 * std::sqrt(2.0 * (1.0 + delta));
  return psd_instance({two_by_two(s, 0, s), two_by_two(t, 0, 0), two_by_two(0, 0, t), two_by_two(0, u, 0)}, {s, t, 0, 0}, 1);
}

// The same at delta = 1/2 in dyadic numbers, four times as large and with y = A(diag(2, 0)): |A(X)|^2 =
// 2a^2 + 2ac + 2c^2 + 6b^2, and the point (0, 1) is critical exactly.
inline Instance dyadic_counterexample() {
  return psd_instance({two_by_two(1, 0, 0), two_by_two(1, 0, 1), two_by_two(0, 0, 1), two_by_two(0, 1, 0), two_by_two(0, 0.5, 0), two_by_two(0, 0.5, 0)},
                      {2, 2, 0, 0, 0, 0}, 1);
}

// Weighted full observation, w_ij = 1 where i = j or i or j is odd, epsilon elsewhere; y from z = (1, 0, 1, ..., 1).
// For small epsilon it has 2^((n+1)/2) strict local minima, all but two spurious (Yalcin, Zhang, Lavaei, Sojoudi 2022).
inline Instance many_minima(Index n, double epsilon) {
  std::vector<Matrix> A;
  Vector y;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j <= i; ++j) {
      Matrix E(n, n);
      const double w = i == j || i % 2 == 1 || j % 2 == 1 ? 1.0 : epsilon, entry = i == j ? 1.0 : std::sqrt(2.0 * w) * 0.5;
      E(i, j) = E(j, i) = entry;
      const double truth = i % 2 == 0 && j % 2 == 0 ? 1.0 : 0.0;
      y.push_back((i == j ? 1.0 : 2.0) * entry * truth);
      A.push_back(std::move(E));
    }
  return psd_instance(A, std::move(y), 1);
}

}  // namespace nadir::sensing_test
