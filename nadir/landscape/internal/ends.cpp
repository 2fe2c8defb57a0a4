#include "nadir/landscape/internal/ends.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nadir::internal {

double least_overlap(Index n, Index block, double probability) {
  if (block >= n) return 1.0;
  const double half_b = 0.5 * static_cast<double>(block), half_rest = 0.5 * static_cast<double>(n - block);
  const double log_beta = std::lgamma(half_b) + std::lgamma(half_rest) - std::lgamma(half_b + half_rest);
  // P(< delta) <= delta^(b/2) / (b/2 B(b/2, (n-b)/2)) where (1 - x)^((n-b)/2 - 1) <= 1; n - b = 1 costs a factor.
  const double spare = half_rest < 1.0 ? std::log(2.0) : 0.0;
  return std::min(0.5, std::exp((std::log(probability) + std::log(half_b) + log_beta - spare) / half_b));
}

double last_possible(const KrylovEnds& ends, double delta, bool is_above) {
  const Vector& theta = ends.ritz.values;
  const Index size = std::ssize(theta);
  const Matrix S1 = transpose(ends.ritz.vectors.view().block(0, 0, ends.first_width, size));
  const Matrix Sk = transpose(ends.ritz.vectors.view().block(size - ends.last_width, 0, ends.last_width, size));
  const double edge = is_above ? theta.back() : theta.front();
  const double range = std::max(theta.back() - theta.front(), 1e-300 + 1e-12 * std::fabs(edge));
  const auto rho = [&](double distance) {
    const double lambda = is_above ? edge + distance : edge - distance;
    Matrix D(Sk);  // (theta - lambda)^-1 Sk, scaled by the distance against overflow
    for (Index j = 0; j < D.cols(); ++j)
      for (Index i = 0; i < size; ++i) D(i, j) *= distance / (theta[static_cast<std::size_t>(i)] - lambda);
    Matrix L;
    if (!cholesky(product(D, Op::transpose, D, Op::none), L)) return 1.0;  // nothing is shown there
    Matrix A = product(D, Op::transpose, S1, Op::none);                     // (E_1^T G E_k)^T
    solve_lower(L, Op::none, A);
    const double largest = svd(A).values.front();
    return largest * largest;
  };
  constexpr int grid_points = 160;  // from 1e-9 to 1e3 of the range
  const auto at = [&](double i) { return range * std::pow(10.0, -9.0 + 12.0 * i / grid_points); };
  int last = grid_points;
  while (last >= 0 && rho(at(last)) < delta) --last;
  if (last < 0) return edge;
  double low = last, high = last + 1.0;
  for (int i = 0; i < 20; ++i) {
    const double middle = 0.5 * (low + high);
    (rho(at(middle)) < delta ? high : low) = middle;
  }
  return is_above ? edge + at(high) : edge - at(high);
}

Bounds bound_ends(const KrylovEnds& ends, Index dimension, double failure_probability, double rough_error) {
  const Vector& values = ends.ritz.values;
  const double delta = least_overlap(dimension, ends.first_width, 0.5 * failure_probability);
  const double slack = 4.0 * rough_error * std::fmax(std::fabs(values.front()), std::fabs(values.back()));
  return {last_possible(ends, delta, false) - slack, last_possible(ends, delta, true) + slack};
}

double likely_error(const Vector& values, Index i, double residual) {
  if (std::ssize(values) < 3) return residual;  // too few to tell a gap
  const auto distance = [&](Index k) {
    return k < 0 || k >= std::ssize(values) ? std::numeric_limits<double>::infinity() : std::fabs(values[static_cast<std::size_t>(k)] - values[static_cast<std::size_t>(i)]);
  };
  double likely = residual, spread = 0.0;
  for (Index left = i - 1, right = i + 1; spread < likely;) {  // the nearest so far belong to a cluster with pair i
    const bool is_left = distance(left) < distance(right);
    const double next = is_left ? distance(left) : distance(right), gap = next - residual;
    if (gap > residual) likely = std::fmin(likely, spread + residual * residual / gap);
    spread = next;
    is_left ? --left : ++right;
  }
  return likely;
}

double error_scale(double value, const Vector& values) {
  return std::fmax(std::fabs(value), 1e-3 * std::fmax(std::fabs(values.front()), std::fabs(values.back())));
}

namespace {

// A tenth of the tolerance, so that what was not looked at has room.
bool is_good(double residual, double error, double scale, double tol) { return error <= 0.1 * tol * scale && residual <= 2.0 * tol * scale; }

}  // namespace

bool have_converged(const KrylovEnds& ends, Index dimension, const ExtremesOptions& options, const std::function<double(Index)>& residual) {
  const Vector& values = ends.ritz.values;
  const Index size = std::ssize(values);
  if (size < 2 * options.count + 1) return false;
  for (Index k = 0; k < options.count; ++k)
    for (const Index i : {k, size - 1 - k}) {
      if (!(i == k ? options.wants_least : options.wants_greatest)) continue;
      const double value = values[static_cast<std::size_t>(i)], r = residual(i);
      if (!is_good(r, likely_error(values, i, r), error_scale(value, values), options.tol)) return false;
    }
  if (!options.must_exclude) return true;
  // The error of the products is added when the ends are measured; a tenth of the tolerance is left for it.
  const Bounds bounds = bound_ends(ends, dimension, options.failure_probability, 0.0);
  const double tol = 0.9 * options.tol;
  return (!options.wants_least || values.front() - bounds.none_below <= tol * error_scale(values.front(), values)) &&
         (!options.wants_greatest || bounds.none_above - values.back() <= tol * error_scale(values.back(), values));
}

std::vector<Index> outermost(Index size, Index count) {
  std::vector<Index> which;
  for (Index i = 0; i < std::min(count, size); ++i) which.push_back(i);
  for (Index i = 0; i < std::min(count, size); ++i) which.push_back(size - 1 - i);
  return which;
}

void measure_ends(const SymmetricOperator& op, Matrix Y, const KrylovEnds& ends, const ExtremesOptions& options, Extremes& extremes) {
  const Index n = Y.rows();
  for (Index j = 0; j < Y.cols(); ++j) {
    const std::span<double> y(Y.col(j), static_cast<std::size_t>(n));
    scale(1.0 / norm(y), y);
  }
  Matrix image(n, Y.cols());
  op.exact(Y, image);
  extremes.num_products += Y.cols();
  extremes.is_finite = all_finite(image);
  if (!extremes.is_finite) return;
  const Vector& values = ends.ritz.values;
  const std::vector<Index> which = outermost(std::ssize(values), options.count);
  for (Index j = 0; j < Y.cols(); ++j) {
    const std::span<const double> y(Y.col(j), static_cast<std::size_t>(n));
    const std::span<double> Ay(image.col(j), static_cast<std::size_t>(n));
    ExtremeEigenvalue found{.value = dot(y, Ay)};
    axpy(-found.value, y, Ay);
    found.residual = norm(Ay);
    found.likely_error = likely_error(values, which[static_cast<std::size_t>(j)], found.residual);
    found.is_converged = is_good(found.residual, found.likely_error, error_scale(found.value, values), options.tol);
    (j < Y.cols() / 2 ? extremes.least : extremes.greatest).push_back(found);
  }
  extremes.vectors = std::move(Y);
  const Bounds bounds = bound_ends(ends, n, options.failure_probability, extremes.rough_error);
  ExtremeEigenvalue &least = extremes.least.front(), &greatest = extremes.greatest.front();
  extremes.none_below = std::fmin(bounds.none_below, least.value - least.likely_error);
  extremes.none_above = std::fmax(bounds.none_above, greatest.value + greatest.likely_error);
  extremes.failure_probability = options.failure_probability;
  if (!options.must_exclude) return;
  least.is_converged = least.is_converged && least.value - extremes.none_below <= options.tol * error_scale(least.value, values);
  greatest.is_converged = greatest.is_converged && extremes.none_above - greatest.value <= options.tol * error_scale(greatest.value, values);
}

bool all_converged(const Extremes& extremes, const ExtremesOptions& options) {
  const auto is_converged = [](const ExtremeEigenvalue& e) { return e.is_converged; };
  return (!options.wants_least || std::all_of(extremes.least.begin(), extremes.least.end(), is_converged)) &&
         (!options.wants_greatest || std::all_of(extremes.greatest.begin(), extremes.greatest.end(), is_converged));
}

Extremes whole_ends(const Matrix& A, const SymmetricEigen& eigen, Index count) {
  Extremes extremes;
  const Index n = A.rows();
  const std::vector<Index> which = outermost(n, count);
  extremes.vectors = Matrix(n, std::ssize(which));
  for (std::size_t k = 0; k < which.size(); ++k) {
    std::copy_n(eigen.vectors.col(which[k]), n, extremes.vectors.col(static_cast<Index>(k)));
    ExtremeEigenvalue found{.value = eigen.values[static_cast<std::size_t>(which[k])], .is_converged = true};
    Vector r(eigen.vectors.col(which[k]), eigen.vectors.col(which[k]) + n);
    multiply_vector(1.0, A, Op::none, eigen.vectors.col(which[k]), -found.value, r.data());
    found.residual = found.likely_error = norm(r);
    (2 * k < which.size() ? extremes.least : extremes.greatest).push_back(found);
  }
  extremes.none_below = eigen.values.front() - extremes.least.front().residual;
  extremes.none_above = eigen.values.back() + extremes.greatest.front().residual;
  extremes.num_products = n;
  return extremes;
}

}  // namespace nadir::internal
