#include "nadir/problems/tucker/distance.hpp"

#include <algorithm>
#include <vector>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/tucker/model.hpp"

namespace nadir {
namespace {

// R of [A B] = Q R.
Matrix triangle(ConstMatrixView A, ConstMatrixView B) {
  Matrix both(A.rows, A.cols + B.cols);
  for (Index j = 0; j < A.cols; ++j) std::copy_n(A.col(j), A.rows, both.col(j));
  for (Index j = 0; j < B.cols; ++j) std::copy_n(B.col(j), B.rows, both.col(A.cols + j));
  return std::move(qr(both).R);
}

}  // namespace

double relative_tucker_distance(const TuckerData& data, const Point& a, const Point& b) {
  const TuckerFactors x = factors_of(data, a.layout, a.values), y = factors_of(data, b.layout, b.values);
  std::vector<Matrix> triangles;
  for (std::size_t m = 0; m < x.A.size(); ++m) triangles.push_back(triangle(x.A[m], y.A[m]));
  std::vector<ModeFactor> of_x, of_y;
  for (std::size_t m = 0; m < x.A.size(); ++m) {
    const ConstMatrixView R = triangles[m];
    of_x.push_back({static_cast<int>(m), R.columns(0, x.A[m].cols)});
    of_y.push_back({static_cast<int>(m), R.columns(x.A[m].cols, y.A[m].cols)});
  }
  Tensor<double> difference = multi_mode_product<double>(x.core.view(), of_x);
  const Tensor<double> other = multi_mode_product<double>(y.core.view(), of_y);
  const double larger = std::max(norm(difference.view()), norm(other.view()));
  axpy(-1.0, other.flat(), difference.flat());
  const double distance = norm(difference.view());
  return distance == 0.0 ? 0.0 : distance / larger;
}

}  // namespace nadir
