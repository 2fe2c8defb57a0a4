#include "nadir/problems/network/interpolation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/newton_kantorovich.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/rigor/singular_values.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void expect_shape(const char* what, Index rows, Index cols, Index expected_rows, Index expected_cols) {
  const auto text = [](Index r, Index c) { return std::to_string(r) + " x " + std::to_string(c); };
  if (rows != expected_rows || cols != expected_cols) throw InputError(what, text(expected_rows, expected_cols), text(rows, cols));
}

void check_shapes(const LastTwoLayers& t) {
  const Index q = t.inputs.rows(), n = t.inputs.cols(), m = t.hidden.rows();
  expect_shape("hidden weights", m, t.hidden.cols(), m, q);
  expect_shape("outer weights", t.outer.rows(), t.outer.cols(), t.outer.rows(), m);
  expect_shape("activated", t.activated.rows(), t.activated.cols(), m, n);
  expect_shape("slopes", t.slopes.rows(), t.slopes.cols(), m, n);
}

void set(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = std::fmax(sub_up(x.upper, x.mid()), sub_up(x.mid(), x.lower));
}

void copy(BallMatrix& A, Index i, Index j, const BallMatrix& B, Index k, Index l) {
  A.mid(i, j) = B.mid(k, l);
  A.rad(i, j) = B.rad(k, l);
}

// The greatest Euclidean norm of a column.
double longest_column(const BallMatrix& A) {
  double longest = 0.0;
  for (Index j = 0; j < A.cols(); ++j) longest = std::fmax(longest, frobenius_norm_upper(block(A, 0, j, A.rows(), 1)));
  return longest;
}

double least_singular_value(const BallMatrix& J) {
  if (J.rows() == 0 || J.rows() > J.cols()) return 0.0;
  return std::fmax(enclose_singular_values(J).back().lower, 0.0);
}

}  // namespace

double residual_bound(const BallMatrix& jacobian, double gradient_norm) {
  const FloatingPointGuard guard;
  const double sigma = least_singular_value(jacobian);
  if (!(sigma > 0.0) || !(gradient_norm >= 0.0)) return infinity;
  return div_up(gradient_norm, sigma);
}

std::optional<double> exact_fit_radius(const InterpolationBounds& b) {
  const FloatingPointGuard guard;
  if (!(b.sigma > 0.0) || !std::isfinite(b.sigma) || !(b.residual >= 0.0) || !(b.lipschitz >= 0.0)) return std::nullopt;
  const auto radii = newton_kantorovich({.defect = div_up(b.residual, b.sigma),
                                         .inverse_defect = 0.0,
                                         .lipschitz = div_up(b.lipschitz, b.sigma),
                                         .max_radius = b.max_radius});
  if (!radii || !std::isfinite(radii->existence)) return std::nullopt;
  return radii->existence;
}

BallMatrix last_two_layers_jacobian(const LastTwoLayers& t) {
  check_shapes(t);
  const FloatingPointGuard guard;
  const Index q = t.inputs.rows(), n = t.inputs.cols(), m = t.hidden.rows(), d = t.outer.rows();
  BallMatrix J(n * d, m * q + d * m + (t.has_output_bias ? d : 0));
  for (Index i = 0; i < n; ++i)
    for (Index a = 0; a < d; ++a) {
      const Index row = a + d * i;
      for (Index k = 0; k < m; ++k) {
        const Interval weight = Interval::point(t.outer(a, k)) * t.slopes.entry(k, i);
        for (Index j = 0; j < q; ++j) set(J, row, k * q + j, weight * t.inputs.entry(j, i));
        copy(J, row, m * q + a + d * k, t.activated, k, i);
      }
      if (t.has_output_bias) J.mid(row, m * q + d * m + a) = 1.0;
    }
  return J;
}

double last_two_layers_lipschitz(const LastTwoLayers& t) {
  check_shapes(t);
  const FloatingPointGuard guard;
  const double alpha = add_up(longest_column(exact(t.outer)), t.max_radius);
  const double bent = mul_up(t.curvature_bound, mul_up(alpha, longest_column(t.inputs)));
  const double K = mul_up(spectral_norm_upper(t.inputs), add_up(t.slope_bound, t.curvature_bound > 0.0 ? bent : 0.0));
  return K >= 0.0 ? K : infinity;  // written so that NaN knows nothing
}

double kink_free_radius(const BallMatrix& inputs, const Matrix& hidden) {
  const FloatingPointGuard guard;
  const BallMatrix pre = enclose_product(hidden, Op::none, inputs, Op::none);
  double radius = infinity;
  for (Index i = 0; i < pre.cols(); ++i) {
    const double length = frobenius_norm_upper(block(inputs, 0, i, inputs.rows(), 1));
    for (Index k = 0; k < pre.rows(); ++k) {
      const double distance = pre.entry(k, i).mignitude();
      if (!(distance > 0.0)) return 0.0;
      radius = std::fmin(radius, div_down(distance, length));
    }
  }
  return next_down(radius);  // the open ball: a sample on the sphere would reach the kink
}

std::optional<InterpolationProof> prove_exact_fit(const LastTwoLayers& t, const BallMatrix& residual, Index max_rows) {
  check_shapes(t);
  const Index n = t.inputs.cols(), d = t.outer.rows();
  expect_shape("residual", residual.rows(), residual.cols(), d, n);
  const Index parameters = t.hidden.size() + t.outer.size() + (t.has_output_bias ? d : 0);
  if (n * d > max_rows || n * d > parameters || !(t.max_radius > 0.0)) return std::nullopt;
  const FloatingPointGuard guard;
  InterpolationProof proof;
  proof.bounds.residual = frobenius_norm_upper(residual);
  proof.bounds.max_radius = t.max_radius;
  proof.bounds.sigma = least_singular_value(last_two_layers_jacobian(t));
  if (!(proof.bounds.sigma > 0.0)) return std::nullopt;
  proof.bounds.lipschitz = last_two_layers_lipschitz(t);
  const std::optional<double> radius = exact_fit_radius(proof.bounds);
  if (!radius) return std::nullopt;
  proof.radius = *radius;
  return proof;
}

}  // namespace nadir
