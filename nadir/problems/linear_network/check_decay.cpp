// The lower bound that uses weight decay; the theorem is in check_bound.hpp.
#include <algorithm>

#include "nadir/problems/linear_network/check_bound.hpp"

namespace nadir::linear_network_check {
namespace {

using balls::Answer;
using balls::Real;

Real power(const Real& x, std::size_t exponent) {
  Real result(x.precision());
  arb_pow_ui(result.get(), x.get(), exponent, x.precision());
  return result;
}

Real root(const Real& x, std::size_t degree) {
  Real result(x.precision());
  arb_root_ui(result.get(), x.get(), degree, x.precision());
  return result;
}

Real hull(const Real& a, const Real& b) {
  Real result(a.precision());
  arb_union(result.get(), a.get(), b.get(), a.precision());
  return result;
}

Real middle(const Real& a, const Real& b) {
  Real result = 0.5 * (a + b);
  arb_get_mid_arb(result.get(), result.get());
  return result;
}

// (b_1 ... b_H)^{1/H} with the least penalty of each layer; 0 if there is none.
Real mean_penalty(const Model& model, slong precision) {
  Real product(precision, model.penalty.empty() ? 0.0 : 1.0);
  for (const Matrix& B : model.penalty) product = product * Real(precision, *std::min_element(B.flat().begin(), B.flat().end()));
  return is_positive(product) ? root(product, model.num_layers()) : Real(precision);
}

bool has_skips(const Model& model) {
  for (std::size_t l = 0; l < model.num_layers(); ++l)
    if (model.has_skip(l)) return true;
  return false;
}

// sigma_i(P0) from below, descending.
std::vector<Real> singular_values_lower(const Matrix& P0, slong precision) {
  const balls::Matrix A(precision, P0), At = transpose(A);
  std::vector<Real> values = eigenvalues_lower(P0.rows() <= P0.cols() ? A * At : At * A);
  for (Real& value : values) value = square_root(value);
  std::reverse(values.begin(), values.end());
  return values;
}

struct Shrinkage {
  const Real &c, &a, &d;
  std::size_t H;

  Real value(const Real& u) const { return c * squared(power(u, H) - a) + d * squared(u); }
  Real slope(const Real& u) const {
    return 2.0 * (static_cast<double>(H) * (c * power(u, H - 1) * (power(u, H) - a)) + d * u);
  }
};

// The larger of two lower ends.
Real better(const Real& a, const Real& b) { return is_at_most(a, b) == Answer::yes ? b : a; }

}  // namespace

balls::Real least_shrinkage(const Real& c, const Real& a, const Real& d, std::size_t H) {
  constexpr double relative_resolution = 1e-13;
  constexpr int max_cells = 100'000;
  const slong precision = a.precision();
  const Shrinkage f{c, a, d, H};
  const Real at_zero = f.value(Real(precision)), zero(precision);
  if (!is_positive(at_zero)) return zero;
  Real best = at_zero, proved = at_zero, end = root(a, H);
  arb_get_ubound_arf(arb_midref(end.get()), end.get(), precision);
  mag_zero(arb_radref(end.get()));
  std::vector<std::pair<Real, Real>> open{{zero, end}};  // beyond u^H = a both terms grow
  for (int cells = 0; !open.empty(); ++cells) {
    if (cells == max_cells) return zero;
    const auto [left, right] = open.back();
    open.pop_back();
    const Real u = hull(left, right), centre = middle(left, right), here = f.value(centre);
    if (is_below(here, best) == Answer::yes) best = here;
    const Real lower = better(lower_end(f.value(u)), lower_end(here + f.slope(u) * (u - centre)));
    if (is_at_most(best - relative_resolution * best, lower) == Answer::yes) {
      if (is_below(lower, proved) == Answer::yes) proved = lower;
      continue;
    }
    open.emplace_back(left, centre);
    open.emplace_back(centre, right);
  }
  const Real result = lower_end(better(zero, proved) - zero);
  return is_positive(result) ? result : zero;
}

balls::Real decay_bound(const Model& model, const SampleProducts& products, const BoundWitness& w, slong precision) {
  const Real nothing(precision), beta = mean_penalty(model, precision);
  if (static_cast<Index>(w.kept.size()) != model.X.rows || has_skips(model) || !is_positive(beta)) return nothing;
  const Real s = products.least_gram_eigenvalue(w.kept);
  const SampleProducts::Residual at_P0 = products.residual(balls::Matrix(precision, w.P0));
  Real eps_squared(precision), tail(precision);
  if (!is_positive(s) || !products.weigh({at_P0.times_inputs, balls::Matrix(precision, w.P0), w.kept, 0}, eps_squared, tail)) return nothing;

  const Real two_n(precision, 2.0 * static_cast<double>(model.num_samples())), shift = square_root(eps_squared / s);
  const Real c = lower_end(s / two_n), d = lower_end((0.5 * static_cast<double>(model.num_layers())) * beta);
  Real bound = (at_P0.squared_norm - eps_squared) / two_n;
  Index index = 0;
  for (const Real& sigma : singular_values_lower(w.P0, precision)) {
    const Real room = lower_end(sigma - shift), a = is_positive(room) ? room : nothing;
    bound = bound + (index++ < model.narrowest() ? least_shrinkage(c, a, d, model.num_layers()) : c * squared(a));
  }
  return bound;
}

}  // namespace nadir::linear_network_check
