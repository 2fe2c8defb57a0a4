#include "nadir/problems/network/constructions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

TwoLayerPoint zero_point(Index m, Index d) { return {Matrix(m, d), Matrix(m, 1), Matrix(1, m), Matrix(1, 1)}; }

// (w, c) of the least-squares fit.
Vector fit_affine(ConstMatrixView X, ConstMatrixView y) {
  const Index d = X.rows;
  Matrix transposed(X.cols, d + 1);
  for (Index i = 0; i < X.cols; ++i) {
    for (Index j = 0; j < d; ++j) transposed(i, j) = X(j, i);
    transposed(i, d) = 1.0;
  }
  const Qr f = qr(transposed);
  Matrix rhs = product(f.Q, Op::transpose, y, Op::transpose);
  for (Index j = 0; j <= d; ++j)
    if (X.cols <= d || !(std::fabs(f.R(j, j)) > 1e-12 * std::fabs(f.R(0, 0)))) throw InputError("inputs", "independent rows, none of them constant", "dependent ones");
  if (!solve_general(f.R, rhs)) throw InputError("inputs", "independent rows, none of them constant", "dependent ones");
  return Vector(rhs.data(), rhs.data() + d + 1);
}

struct Gap {
  double beta = 0.0, shift = 0.0;
};

// The j and g of the header with the lowest value.
Gap best_gap(const Vector& fitted, ConstMatrixView y, const KinkSlopes& s) {
  std::vector<std::size_t> order(fitted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return fitted[a] < fitted[b]; });
  const double ratio = (s.plus - s.minus) / (s.plus + s.minus);
  const double n = static_cast<double>(fitted.size());
  double partial = 0.0, scale = 0.0, best = 0.0;
  Gap result;
  for (std::size_t j = 0; j + 1 < order.size(); ++j) {
    partial += fitted[order[j]] - y(0, static_cast<Index>(order[j]));
    scale += std::fabs(fitted[order[j]]) + std::fabs(y(0, static_cast<Index>(order[j])));
    const double low = fitted[order[j]], high = fitted[order[j + 1]];
    if (!(high - low > 1e-12 * scale) || !(std::fabs(partial) > 1e-12 * scale)) continue;
    // The sum of squares changes by -4 ratio g partial + n (ratio g)^2, because residuals sum to zero.
    const double size = std::fmin((high - low) / 4.0, 2.0 * std::fabs(partial / (n * ratio)));
    const double shift = std::copysign(size, partial * ratio);
    const double change = -4.0 * ratio * shift * partial + n * ratio * ratio * shift * shift;
    if (change < best) {
      best = change;
      result = {0.5 * (low + high), shift};
    }
  }
  if (!(best < 0.0)) throw InputError("targets", "a place where the fit can be split", "none");
  return result;
}

}  // namespace

SpuriousMinimum make_piecewise_linear_minimum(ConstMatrixView X, ConstMatrixView y, Index m, const KinkSlopes& s) {
  if (m < 2) throw InputError("hidden units", "at least 2", std::to_string(m));
  if (!(s.plus > 0.0) || !(s.minus >= 0.0) || s.plus == s.minus || !std::isfinite(s.plus) || !std::isfinite(s.minus))
    throw InputError("activation", "slopes s+ > 0, s- >= 0 that differ", std::to_string(s.plus) + " and " + std::to_string(s.minus));
  if (y.rows != 1 || y.cols != X.cols) throw InputError("targets", "1 x " + std::to_string(X.cols), std::to_string(y.rows) + " x " + std::to_string(y.cols));
  const Index d = X.rows;
  const Vector fit = fit_affine(X, y);
  Vector fitted(at(X.cols), fit[at(d)]);
  double least = std::numeric_limits<double>::infinity(), largest_residual = 0.0, largest = 0.0;
  for (Index i = 0; i < X.cols; ++i) {
    for (Index j = 0; j < d; ++j) fitted[at(i)] += fit[at(j)] * X(j, i);
    least = std::fmin(least, fitted[at(i)]);
    largest_residual = std::fmax(largest_residual, std::fabs(fitted[at(i)] - y(0, i)));
    largest = std::fmax(largest, std::fabs(y(0, i)));
  }
  if (!(largest_residual > 1e-12 * largest)) throw InputError("targets", "none that an affine map fits", "an affine map");
  const double c = fit[at(d)], e = std::fmin(-1.0, 2.0 * least);
  SpuriousMinimum result{zero_point(m, d), zero_point(m, d)};
  for (Index k = 0; k < m; ++k) result.minimum.b1(k, 0) = -e;
  result.minimum.b1(0, 0) = c - e;
  result.minimum.W2(0, 0) = 1.0 / s.plus;
  result.minimum.b2(0, 0) = e;
  const Gap gap = best_gap(fitted, y, s);
  for (Index j = 0; j < d; ++j) {
    result.minimum.W1(0, j) = result.better.W1(0, j) = fit[at(j)];
    result.better.W1(1, j) = -fit[at(j)];
  }
  result.better.b1(0, 0) = c - gap.beta + gap.shift;
  result.better.b1(1, 0) = -c + gap.beta + gap.shift;
  result.better.W2(0, 0) = 1.0 / (s.plus + s.minus);
  result.better.W2(0, 1) = -1.0 / (s.plus + s.minus);
  result.better.b2(0, 0) = gap.beta;
  return result;
}

SmallExample three_points() { return {Matrix::from_rows({{1, 0, 0.5}, {0, 1, 0.5}}), Matrix::from_rows({{0, 0, 1}})}; }

TwoLayerPoint make_sigmoid_minimum() {
  TwoLayerPoint p{Matrix::from_rows({{-1, -1}, {-1, -1}}), Matrix(2, 1), Matrix(1, 2), Matrix(1, 1)};
  p.W2(0, 0) = p.W2(0, 1) = (1.0 + std::exp(1.0)) / 6.0;  // u sigmoid(-1) = 1/6
  return p;
}

SpuriousMinimum make_relu_minimum_of_three_points() {
  SpuriousMinimum p;
  p.minimum = {Matrix::from_rows({{1, 1}, {1, 1}}), Matrix(2, 1), Matrix::from_rows({{1.0 / 6, 1.0 / 6}}), Matrix(1, 1)};
  p.better = {Matrix::from_rows({{0, 1}, {-0.5, 0.5}}), Matrix(2, 1), Matrix::from_rows({{2, -4}}), Matrix(1, 1)};
  return p;
}

}  // namespace nadir
