#include "nadir/problems/matrix_sensing/descending_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr Index block_width = 64;  // identity columns a product
constexpr Index most_directions = 8;
// Entries of k and c are multiples of this times a power of two: products of some of them stay exact.
constexpr double grain = 0x1p-16;

ConstMatrixView as_column(std::span<const double> v) { return {v.data(), static_cast<Index>(v.size()), 1}; }

// Scaled to a largest entry of 1 and rounded to the grain.
Vector rounded(Vector v) {
  const double largest = max_abs(as_column(v));
  if (!(largest > 0.0) || !std::isfinite(largest)) return {};
  for (double& x : v) x = std::nearbyint(x / largest / grain) * grain;
  return v;
}

// A basis of the span of the columns with as many zeros as there are columns: sparse vectors round well.
Matrix reduced_basis(Matrix B) {
  for (Index c = 0; c < B.cols(); ++c) {
    Index pivot = 0;
    for (Index i = 0; i < B.rows(); ++i)
      if (std::fabs(B(i, c)) > std::fabs(B(pivot, c)) * (1.0 + 1e-9)) pivot = i;
    const double size = B(pivot, c);
    if (size == 0.0) continue;
    for (Index i = 0; i < B.rows(); ++i) B(i, c) /= size;
    for (Index other = 0; other < B.cols(); ++other) {
      if (other == c) continue;
      const double factor = B(pivot, other);
      for (Index i = 0; i < B.rows(); ++i) B(i, other) -= factor * B(i, c);
    }
  }
  return B;
}

class PathSearch {
 public:
  PathSearch(const MatrixSensing& problem, std::span<const double> x, const SymmetricEigen& spectrum, double threshold)
      : problem_(problem), x_(x.begin(), x.end()), eigen_(spectrum), threshold_(threshold), value_(problem.value(x)) {}

  std::optional<DescendingPath> run() {
    const Matrix kernel = kernel_directions();
    std::optional<DescendingPath> best;
    const Index count = std::min(kernel.cols(), most_directions);
    for (Index a = 0; a < count; ++a)
      for (Index b = a; b < count; ++b)
        for (const double sign : {1.0, -1.0}) {
          if (a == b && sign < 0.0) continue;
          stop_point();
          Vector k(kernel.col(a), kernel.col(a) + kernel.rows());
          if (b != a) axpy(sign, {kernel.col(b), k.size()}, k);
          std::optional<DescendingPath> path = along(rounded(std::move(k)));
          if (path && (!best || path->decrease > best->decrease)) best = std::move(path);
        }
    return best;
  }

 private:
  bool is_zero(double eigenvalue) const { return std::fabs(eigenvalue) <= threshold_; }

  // The eigenvectors of about zero, less what rotations of the factors account for.
  Matrix kernel_directions() const {
    const Matrix symmetry = symmetry_directions(problem_, x_);
    const Index n = eigen_.vectors.rows();
    Matrix kernel(n, 0);
    Vector values;
    for (Index j = 0; j < n; ++j)
      if (is_zero(eigen_.values[static_cast<std::size_t>(j)])) values.insert(values.end(), eigen_.vectors.col(j), eigen_.vectors.col(j) + n);
    kernel = Matrix(n, static_cast<Index>(values.size()) / n, std::move(values));
    if (kernel.cols() == 0) return kernel;
    if (symmetry.cols() > 0) {
      const Matrix shares = product(symmetry, Op::transpose, kernel, Op::none);
      multiply(-1.0, symmetry, Op::none, shares, Op::none, 1.0, kernel);
      const Svd s = svd(kernel);
      Index rank = 0;
      while (rank < static_cast<Index>(s.values.size()) && s.values[static_cast<std::size_t>(rank)] > 0.5) ++rank;
      kernel = Matrix(s.U.view().columns(0, rank));
    }
    return reduced_basis(std::move(kernel));
  }

  // D^3 f[k, k, .]
  Vector third_derivative(const Vector& k) const {
    Matrix forward(static_cast<Index>(k.size()), 1), backward = forward;
    Vector moved = x_;
    axpy(1.0, k, moved);
    problem_.expand(moved)->apply_hessian(as_column(k), forward);
    axpy(-2.0, k, moved);
    problem_.expand(moved)->apply_hessian(as_column(k), backward);
    Vector result(k.size());
    for (std::size_t i = 0; i < k.size(); ++i) result[i] = 0.5 * (forward.data()[i] - backward.data()[i]);
    return result;
  }

  // c with H c = -T/2 in the directions of curvature.
  Vector correction(const Vector& T) const {
    Vector c(T.size(), 0.0);
    for (Index j = 0; j < eigen_.vectors.cols(); ++j) {
      const double value = eigen_.values[static_cast<std::size_t>(j)];
      if (is_zero(value)) continue;
      const std::span<const double> v(eigen_.vectors.col(j), T.size());
      axpy(-0.5 * dot(v, T) / value, v, c);
    }
    const double size = max_abs(as_column(c));
    if (!(size > 0.0)) return c;
    const double unit = std::exp2(std::ceil(std::log2(size))) * grain;
    for (double& entry : c) entry = std::nearbyint(entry / unit) * unit;
    return c;
  }

  std::optional<DescendingPath> along(Vector k) const {
    if (k.empty()) return std::nullopt;
    const Vector T = third_derivative(k);
    const double third = dot(T, k) / 6.0, scale_of_third = norm(T) * norm(k);
    DescendingPath path{.c = correction(T)};
    path.order = std::fabs(third) > 1e-6 * scale_of_third ? 3 : 4;
    if (path.order == 3 && third > 0.0) scale(-1.0, k);
    path.k = std::move(k);
    search_length(path);
    if (!(path.decrease > 0.0)) return std::nullopt;
    return path;
  }

  // The greatest decrease over lengths in steps of the square root of two, and over both signs.
  void search_length(DescendingPath& path) const {
    const double noise = 1000.0 * std::numeric_limits<double>::epsilon() * value_;
    const double longest = 4.0 * std::max(1.0, max_abs(as_column(x_)));
    for (double t = longest; t > 1e-4 * longest; t *= std::sqrt(0.5)) {
      Vector shift(x_.size()), moved = x_;
      for (std::size_t i = 0; i < shift.size(); ++i) shift[i] = t * path.k[i] + t * t * path.c[i];
      axpy(1.0, shift, moved);
      const double decrease = value_ - problem_.value(moved);
      if (!(decrease > noise && decrease > path.decrease)) continue;
      path.decrease = decrease;
      path.displacement = std::move(shift);
    }
  }

  const MatrixSensing& problem_;
  const Vector x_;
  const SymmetricEigen& eigen_;
  const double threshold_, value_;
};

}  // namespace

SymmetricEigen hessian_spectrum(const MatrixSensing& problem, std::span<const double> x) {
  const Index n = problem.layout().dimension();
  const auto here = problem.expand(x);
  Matrix H(n, n);
  for (Index first = 0; first < n; first += block_width) {
    const Index width = std::min(block_width, n - first);
    Matrix E(n, width);
    for (Index j = 0; j < width; ++j) E(first + j, j) = 1.0;
    here->apply_hessian(E, H.view().columns(first, width));
  }
  symmetrise(H);
  return symmetric_eigen(H);
}

std::optional<DescendingPath> find_descending_path(const MatrixSensing& problem, std::span<const double> x, const SymmetricEigen& spectrum,
                                                   double zero_threshold) {
  return PathSearch(problem, x, spectrum, zero_threshold).run();
}

Matrix symmetry_directions(const MatrixSensing& problem, std::span<const double> x) {
  const SensingData& d = problem.data();
  const Index r = problem.rank(), n = problem.layout().dimension(), nu = d.rows * r;
  const bool is_orthogonal = d.is_psd || d.lambda > 0.0;
  const ConstMatrixView U = problem.left(x), V = problem.right(x);
  Vector entries;
  for (Index a = 0; a < r; ++a)
    for (Index b = is_orthogonal ? a + 1 : 0; b < r; ++b) {
      Matrix direction(n, 1);
      const auto add = [&](ConstMatrixView W, Index offset, Index from, Index to, double sign) {
        for (Index i = 0; i < W.rows; ++i) direction(offset + i + to * W.rows, 0) += sign * W(i, from);
      };
      add(U, 0, a, b, 1.0);                         // U B with B = e_a e_b^T
      if (is_orthogonal) add(U, 0, b, a, -1.0);     // made skew
      if (!d.is_psd) {
        add(V, nu, b, a, -1.0);                     // -V B^T
        if (is_orthogonal) add(V, nu, a, b, 1.0);
      }
      entries.insert(entries.end(), direction.flat().begin(), direction.flat().end());
    }
  const Index count = static_cast<Index>(entries.size()) / n;
  if (count == 0) return Matrix(n, 0);
  const Matrix all(n, count, std::move(entries));
  const Svd s = svd(all);
  Index rank = 0;
  while (rank < static_cast<Index>(s.values.size()) && s.values[static_cast<std::size_t>(rank)] > 1e-9 * s.values[0] && s.values[0] > 0.0) ++rank;
  return Matrix(s.U.view().columns(0, rank));
}

}  // namespace nadir
