#include "nadir/problems/matrix_sensing/starts.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

// Factors times s: X times s^2. Leaves alone what has no finite, positive s.
void rescale(Point& point, double squared_factor) {
  const double factor = std::sqrt(squared_factor);
  if (std::isfinite(factor) && factor > 0.0) scale(factor, point.values);
}

Point random_start(const MatrixSensing& problem, std::uint64_t seed, std::uint64_t index) {
  Point point(problem.layout());
  Random(seed, index).fill_normal(point.values);
  rescale(point, problem.data().y_norm / norm(measure(problem.data(), problem.left(point.values), problem.right(point.values))));
  return point;
}

// Columns beyond those that A^*(y) suggests are small, not zero: a zero column stays zero on every descent path.
double column_size(double value, double greatest) { return std::sqrt(std::max(value, 1e-3 * greatest)); }

void fill_psd(Point& point, const Matrix& G) {
  const SymmetricEigen eigen = symmetric_eigen(G);
  const MatrixView U = point.block(0);
  const Index n = G.rows();
  const double greatest = std::max(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
  for (Index c = 0; c < U.cols; ++c)
    for (Index i = 0; i < n; ++i)
      U(i, c) = column_size(eigen.values[static_cast<std::size_t>(n - 1 - c)], greatest) * eigen.vectors(i, n - 1 - c);
}

void fill_pair(Point& point, const Matrix& G) {
  const Svd s = svd(G);
  const MatrixView U = point.block(0), V = point.block(1);
  for (Index c = 0; c < std::min(U.cols, static_cast<Index>(s.values.size())); ++c) {
    const double size = column_size(s.values[static_cast<std::size_t>(c)], s.values.front());
    for (Index i = 0; i < U.rows; ++i) U(i, c) = size * s.U(i, c);
    for (Index j = 0; j < V.rows; ++j) V(j, c) = size * s.Vt(c, j);
  }
}

Point spectral_start(const MatrixSensing& problem) {
  const SensingData& d = problem.data();
  Point point(problem.layout());
  const Matrix G = adjoint(d, d.y);
  if (!all_finite(G)) return point;
  d.is_psd ? fill_psd(point, G) : fill_pair(point, G);
  const Vector image = measure(d, problem.left(point.values), problem.right(point.values));
  rescale(point, dot(image, d.y) / dot(image, image));
  return point;
}

}  // namespace

std::vector<std::string> sensing_starts() { return {"random", "spectral", "zeros"}; }

Point sensing_start(const MatrixSensing& problem, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  if (name == "random") return random_start(problem, seed, index);
  if (name == "spectral") return spectral_start(problem);
  if (name == "zeros") return Point(problem.layout());
  throw InputError("--start", "one of random, spectral, zeros", "'" + name + "'");
}

}  // namespace nadir
