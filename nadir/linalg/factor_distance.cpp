#include "nadir/linalg/factor_distance.hpp"

#include <algorithm>
#include <cassert>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// R of [A B] = Q R.
Matrix triangle(ConstMatrixView A, ConstMatrixView B) {
  assert(A.rows == B.rows);
  Matrix both(A.rows, A.cols + B.cols);
  for (Index j = 0; j < A.cols; ++j) std::copy_n(A.col(j), A.rows, both.col(j));
  for (Index j = 0; j < B.cols; ++j) std::copy_n(B.col(j), B.rows, both.col(A.cols + j));
  return std::move(qr(both).R);
}

}  // namespace

double relative_factor_distance(ConstMatrixView U1, ConstMatrixView V1, ConstMatrixView U2, ConstMatrixView V2) {
  assert(U1.cols == V1.cols && U2.cols == V2.cols);
  const Matrix left = triangle(U1, U2), right = triangle(V1, V2);
  const auto part = [&](Index first, Index count) {
    return product(left.view().block(0, first, left.rows(), count), Op::none, right.view().block(0, first, right.rows(), count), Op::transpose);
  };
  Matrix difference = part(0, U1.cols);
  const Matrix second = part(U1.cols, U2.cols);
  const double larger = std::max(frobenius_norm(difference), frobenius_norm(second));
  axpy(-1.0, second.flat(), difference.flat());
  const double distance = frobenius_norm(difference);
  return distance == 0.0 ? 0.0 : distance / larger;
}

}  // namespace nadir
