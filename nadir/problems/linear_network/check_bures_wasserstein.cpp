#include "nadir/problems/linear_network/check_bures_wasserstein.hpp"

#include <algorithm>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/base/stop.hpp"

namespace nadir::linear_network_check {
namespace {

using balls::Answer;
using balls::Real;

// Bits tried in turn. A root of a matrix with null directions keeps a quarter of them.
constexpr slong precisions[] = {512, 2048};
constexpr int max_newton_steps = 100;

Real trace(const balls::Matrix& A) {
  Real result(A.precision());
  arb_mat_trace(result.get(), A.get(), A.precision());
  return result;
}

Real frobenius_norm(const balls::Matrix& A) { return balls::square_root(squared_norm(A)); }

// A 2^exponent
Real times_power_of_two(Real a, slong exponent) {
  arb_mul_2exp_si(a.get(), a.get(), exponent);
  return a;
}

balls::Matrix midpoint(balls::Matrix A) {
  arb_mat_get_mid(A.get(), A.get());
  return A;
}

balls::Matrix symmetric_midpoint(const balls::Matrix& A) {
  const Real half(A.precision(), 0.5);
  balls::Matrix B = midpoint(half * (A + transpose(A)));
  for (Index i = 0; i < B.rows(); ++i)
    for (Index j = 0; j < i; ++j) B.set(i, j, B(j, i));
  return B;
}

Real radius_norm(const balls::Matrix& A) { return frobenius_norm(A - midpoint(A)); }

// Nearly the orthogonal polar factor of the invertible X; radii are dropped, nothing is promised.
std::optional<balls::Matrix> approximate_polar_factor(balls::Matrix X) {
  const slong precision = X.precision();
  balls::Matrix inverse(precision, X.rows(), X.rows());
  bool is_settled = false;
  for (int step = 0; step < max_newton_steps; ++step) {
    stop_point();
    if (!arb_mat_approx_inv(inverse.get(), X.get(), precision)) return std::nullopt;
    Real scaling = balls::square_root(frobenius_norm(inverse) / frobenius_norm(X));
    arb_get_mid_arb(scaling.get(), scaling.get());
    if (!is_positive(scaling) || !arb_is_finite(scaling.get())) return std::nullopt;
    const Real half(precision, 0.5);
    const balls::Matrix next = midpoint((half * scaling) * X + (half / scaling) * transpose(inverse));
    const bool was_settled = is_settled;
    // Quadratic convergence: once half the digits stand, one more step gives all.
    is_settled = is_at_most(frobenius_norm(next - X), times_power_of_two(frobenius_norm(X), -precision / 3)) == Answer::yes;
    X = next;
    if (was_settled) return X;
  }
  return X;
}

balls::Matrix with_radius(balls::Matrix A, const Real& radius) {
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) arb_add_error(A.at(i, j), radius.get());
  return A;
}

balls::Matrix positive_part(const balls::Matrix& G, const balls::Matrix& modulus) { return Real(G.precision(), 0.5) * (modulus + G); }
balls::Matrix negative_part(const balls::Matrix& G, const balls::Matrix& modulus) { return Real(G.precision(), 0.5) * (modulus - G); }

bool is_given(const DataMatrix& d) { return !d.path.empty() || d.values.size() > 0; }

bool is_symmetric(const SharedMatrix& S) {
  if (S.rows() != S.cols() || S.rows() == 0) return false;
  for (Index j = 0; j < S.cols(); ++j)
    for (Index i = 0; i < j; ++i)
      if (S(i, j) != S(j, i)) return false;
  return true;
}

void require_options(const LinearNetworkOptions& o) {
  if (is_given(o.x)) throw InputError("x", "no inputs with the loss bures-wasserstein", "inputs");
  if (is_given(o.covariance) == is_given(o.y)) throw InputError("covariance", "either it or y", is_given(o.y) ? "both" : "neither");
  const bool has_decay = std::any_of(o.weight_decay.begin(), o.weight_decay.end(), [](double b) { return b != 0.0; });
  if (has_decay || !o.weight_decay_entries.values.empty()) throw InputError("weight-decay", "none with the loss bures-wasserstein", "one");
  const SharedMatrix& S = o.covariance.values;
  if (is_given(o.covariance) && !is_symmetric(S))
    throw InputError("covariance", "a symmetric matrix", "another one");
  if (is_given(o.y) && o.y.values.size() == 0) throw InputError("y", "at least one sample", "none");
}

}  // namespace

bool square_root(const balls::Matrix& A, balls::Matrix& root) {
  const slong precision = A.precision();
  const Index n = A.rows();
  root = balls::Matrix(precision, n, n);
  if (n == 0 || is_exactly_zero(A)) return true;
  if (!arb_mat_is_finite(A.get())) return false;
  const balls::Matrix middle = symmetric_midpoint(A);
  const Real least_shift = times_power_of_two(frobenius_norm(middle), -precision / 2);
  Real shift = 2.0 * radius_norm(A) + least_shift;
  arb_get_mid_arb(shift.get(), shift.get());
  balls::Matrix L(precision, n, n);
  if (!arb_mat_cho(L.get(), (middle + shift * balls::Matrix::identity(precision, n)).get(), precision)) return false;
  const balls::Matrix factor = midpoint(transpose(L));
  const auto polar = approximate_polar_factor(factor);
  if (!polar) return false;
  const balls::Matrix B = symmetric_midpoint(transpose(*polar) * factor);
  if (!balls::proves_positive_definite(B)) return false;
  root = with_radius(B, balls::square_root(frobenius_norm(A - B * B)));
  return arb_mat_is_finite(root.get()) != 0;
}

BuresWassersteinCheck::BuresWassersteinCheck(const LinearNetworkOptions& o, const std::map<std::string, Matrix>& point)
    : covariance_(o.covariance.values), samples_(o.y.values), smoothing_(o.smoothing) {
  require_options(o);
  const Index n = is_given(o.covariance) ? covariance_.rows : samples_.rows;
  model_.residual = o.residual;
  model_.widths.push_back(o.latent == 0 ? n : static_cast<Index>(o.latent));
  for (const std::int64_t width : o.hidden) model_.widths.push_back(static_cast<Index>(width));
  model_.widths.push_back(n);
  if (model_.narrowest() < 1) throw InputError("hidden", "positive widths", std::to_string(model_.narrowest()));
  point_ = blocks(model_, point, "");
  obstacle_ = target_obstacle();
}

// S must be positive semidefinite for the loss to exist; Y Y^T is.
std::string BuresWassersteinCheck::target_obstacle() const {
  if (covariance_.empty()) return "";
  const balls::Matrix S = target(precisions[0]);
  if (balls::proves_positive_definite(S) || is_positive_semidefinite_exactly(S) == Answer::yes) return "";
  return "the covariance is not positive semidefinite";
}

balls::Matrix BuresWassersteinCheck::target(slong precision) const {
  if (samples_.empty()) return balls::Matrix(precision, covariance_);
  const balls::Matrix Y(precision, samples_);
  return (Real(precision, 1.0) / Real(precision, static_cast<double>(samples_.cols))) * product_with_transpose(Y, Y);
}

balls::Matrix BuresWassersteinCheck::end_to_end(slong precision) const {
  balls::Matrix P = balls::Matrix::identity(precision, model_.widths.front());
  for (std::size_t l = 0; l < model_.num_layers(); ++l) {
    balls::Matrix V(precision, point_[l]);
    if (model_.has_skip(l)) V = V + balls::Matrix::identity(precision, V.rows());
    P = V * P;
  }
  return P;
}

bool BuresWassersteinCheck::value(slong precision, Real& result) const {
  const balls::Matrix S = target(precision), P = end_to_end(precision);
  const Real tau(precision, smoothing_);
  balls::Matrix C = P;
  if (smoothing_ > 0.0) {
    const balls::Matrix T = product_with_transpose(P, P) + tau * balls::Matrix::identity(precision, P.rows());
    C = T;
    if (!arb_mat_cho(C.get(), T.get(), precision)) return false;
  }
  balls::Matrix root(precision, 0, 0);
  if (!square_root(transpose(C) * S * C, root)) return false;
  result = squared_norm(P) + static_cast<double>(P.rows()) * tau + trace(S) - 2.0 * trace(root);
  return true;
}

bool BuresWassersteinCheck::lower_bound(slong precision, Real& result) const {
  const balls::Matrix S = target(precision);
  const Index n = S.rows(), tail = n - model_.narrowest();
  result = Real(precision);
  if (smoothing_ == 0.0) {
    if (tail > 0) result = least_eigenvalue_sum_lower(S, tail);
    return true;
  }
  balls::Matrix root(precision, 0, 0), modulus(precision, 0, 0);
  if (!square_root(S, root)) return false;
  const balls::Matrix G = root - balls::square_root(Real(precision, smoothing_)) * balls::Matrix::identity(precision, n);
  if (!square_root(product_with_transpose(G, G), modulus)) return false;
  result = squared_norm(negative_part(G, modulus));
  const balls::Matrix above = positive_part(G, modulus);
  if (tail > 0) result = result + least_eigenvalue_sum_lower(product_with_transpose(above, above), tail);
  return true;
}

Outcome BuresWassersteinCheck::check(const Claim& claim) const {
  const bool is_value = claim.kind == "value", is_bound = claim.kind == "lower-bound", is_gap = claim.kind == "gap";
  if (!is_value && !is_bound && !is_gap) return {false, "", "no check for claims of this kind with the loss bures-wasserstein"};
  if (!obstacle_.empty()) return {false, "", obstacle_};
  Outcome outcome{false, by_balls, "a square root could not be enclosed"};
  for (const slong precision : precisions) {
    Real here(precision), bound(precision);
    if ((is_value || is_gap) && !value(precision, here)) continue;
    if ((is_bound || is_gap) && !lower_bound(precision, bound)) continue;
    if (is_value) {
      const double lower = number(claim, "lower");  // below 0 there is nothing to show: a squared distance
      const bool is_above = lower <= 0.0 || is_at_most(Real(precision, lower), here) == Answer::yes;
      outcome.verified = is_above && is_at_most(here, Real(precision, number(claim, "upper"))) == Answer::yes;
      outcome.reason = "the value is " + text(here);
    } else if (is_bound) {
      const double claimed = number(claim, "bound");
      outcome.verified = claimed <= 0.0 || is_at_most(Real(precision, claimed), bound) == Answer::yes;
      outcome.reason = "the bound that could be proved is " + text(bound);
    } else {
      outcome.verified = is_at_most(here - bound, Real(precision, number(claim, "gap"))) == Answer::yes;
      outcome.reason = "the gap that could be proved is " + text(here - bound);
    }
    if (outcome.verified) return {true, by_balls, ""};
  }
  outcome.how.clear();
  return outcome;
}

}  // namespace nadir::linear_network_check
