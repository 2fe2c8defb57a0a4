#include "nadir/problems/linear_network/weight_decay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/starts.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/newton_kantorovich.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/singular_values.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Index proof_limit = 400;  // parameters up to which the whole Hessian is enclosed
constexpr double closed_form_tol = 1e-12;  // |X X^T - s I| relative to s: then the closed form is the minimum

double least_entry(const Matrix& B) { return *std::min_element(B.flat().begin(), B.flat().end()); }
bool is_uniform(const Matrix& B) { return least_entry(B) == *std::max_element(B.flat().begin(), B.flat().end()); }

bool has_skips(const LinearArchitecture& a) {
  for (std::size_t l = 0; l < a.num_layers(); ++l)
    if (a.has_skip(l)) return true;
  return false;
}

// s with X X^T = s I up to rounding, or nothing.
std::optional<double> isotropic_scale(const LinearNetwork& problem) {
  const Matrix& S = problem.data().gram.mid;
  const double s = S(0, 0);
  for (Index j = 0; j < S.cols(); ++j)
    for (Index i = 0; i < S.rows(); ++i)
      if (std::fabs(S(i, j) - (i == j ? s : 0.0)) > closed_form_tol * s) return std::nullopt;
  return s > 0.0 ? std::optional<double>(s) : std::nullopt;
}

// beta = (b_1 ... b_H)^{1/H} from below, each b_l the least penalty of its layer.
double mean_penalty(const LinearNetwork& problem) {
  double logarithm = 0.0;
  for (const Matrix& B : problem.penalty()) {
    const double b = least_entry(B);
    if (!(b > 0.0)) return 0.0;
    logarithm += std::log(b);
  }
  return std::exp(logarithm / static_cast<double>(problem.penalty().size()));
}

// The same, rounded down: the H-th power of what is returned is at most the product.
double mean_penalty_lower(const LinearNetwork& problem) {
  double beta = mean_penalty(problem) * (1.0 + 1e-14);
  double product_lower = 1.0;
  for (const Matrix& B : problem.penalty()) product_lower = mul_down(product_lower, least_entry(B));
  for (int attempt = 0; attempt < 200; ++attempt, beta *= 1.0 - 1e-15) {
    double power = 1.0;
    for (std::size_t l = 0; l < problem.penalty().size(); ++l) power = mul_up(power, beta);
    if (power <= product_lower) return beta;
  }
  return 0.0;
}

// The closed-form minimum, where X X^T = s I, penalties are uniform and nothing is skipped: u_1, ..., u_k, the
// singular bases of Y X^T / s, and what the rest costs.
struct ClosedForm {
  double value = infinity;
  Svd target;      // of Y X^T / s
  Vector u;        // sigma_i(P)^{1/H}
  double beta = 0.0;
};

std::optional<ClosedForm> closed_form(const LinearNetwork& problem) {
  const auto s = isotropic_scale(problem);
  const bool is_layerwise = std::all_of(problem.penalty().begin(), problem.penalty().end(), is_uniform);
  const double beta = mean_penalty(problem);
  if (!s || !is_layerwise || beta == 0.0 || has_skips(problem.architecture())) return std::nullopt;
  const double n = static_cast<double>(problem.data().num_samples);
  const std::size_t H = problem.architecture().num_layers();
  const auto k = static_cast<std::size_t>(problem.architecture().narrowest());
  ClosedForm c{0.5 * problem.data().residual / n, svd(problem.data().least_squares), {}, beta};
  for (std::size_t i = 0; i < c.target.values.size(); ++i) {
    const double a = c.target.values[i];
    if (i >= k) {
      c.value += 0.5 * *s / n * a * a;
      continue;
    }
    const ScalarMinimum m = minimise_shrinkage(0.5 * *s / n, a, 0.5 * static_cast<double>(H) * beta, H);
    c.value += m.numerical;
    c.u.push_back(m.at);
  }
  return c;
}

// Layer l of the minimum carries u times sqrt(beta / b_l), so that every layer pays the same.
Vector closed_form_point(const LinearNetwork& problem, const ClosedForm& c) {
  const LinearArchitecture& a = problem.architecture();
  const auto r = static_cast<Index>(c.u.size());
  Vector sigma(c.u);
  for (double& value : sigma) value = std::pow(value, static_cast<double>(a.num_layers()));
  const std::vector<Matrix> V = balanced_factors(a, c.target.U.view().columns(0, r), sigma, transpose(c.target.Vt.view().block(0, 0, r, c.target.Vt.cols())));
  Vector x;
  for (std::size_t l = 0; l < V.size(); ++l) {
    const double scaling = std::sqrt(c.beta / least_entry(problem.penalty()[l]));
    for (const double v : V[l].flat()) x.push_back(scaling * v);
  }
  return x;
}

// c (u^H - a)^2 + d u^2 and its derivative on an interval of u >= 0.
struct Shrinkage {
  Interval c, a, d;
  std::size_t H;

  Interval power(const Interval& u, std::size_t exponent) const {
    Interval result = Interval::point(1.0);
    for (std::size_t i = 0; i < exponent; ++i) result = result * u;
    return result;
  }
  Interval value(const Interval& u) const { return c * sqr(power(u, H) - a) + d * sqr(u); }
  Interval slope(const Interval& u) const {
    const Interval h = Interval::point(static_cast<double>(H));
    return Interval::point(2.0) * (c * h * power(u, H - 1) * (power(u, H) - a) + d * u);
  }
  // Mean-value form, intersected with the plain one.
  double lower(const Interval& u) const {
    const Interval middle = Interval::point(u.mid());
    return std::max(value(u).lower, (value(middle) + slope(u) * (u - middle)).lower);
  }
};

}  // namespace

ScalarMinimum minimise_shrinkage(double c, double a, double d, std::size_t H) {
  const Shrinkage f{Interval::point(c), Interval::point(a), Interval::point(d), H};
  ScalarMinimum best{0.0, c * a * a, 0.0};
  const double end = next_up(std::pow(std::max(a, 0.0), 1.0 / static_cast<double>(H)) * (1.0 + 1e-14));
  // Branch and bound; beyond u^H = a both terms grow.
  constexpr double relative_resolution = 1e-11;  // of the minimum found so far: it may be tiny beside the value at 0
  std::vector<Interval> open{{0.0, end}};
  best.proved = infinity;
  while (!open.empty()) {
    stop_point();
    const Interval cell = open.back();
    open.pop_back();
    const double u = cell.mid(), p = std::pow(u, static_cast<double>(H)) - a, value = c * p * p + d * u * u;
    if (value < best.numerical) best.numerical = value, best.at = u;
    const double lower = f.lower(cell);
    if (lower >= (1.0 - relative_resolution) * best.numerical || cell.width() <= 1e-14 * end) {
      best.proved = std::min(best.proved, lower);
      continue;
    }
    open.push_back({cell.lower, u});
    open.push_back({u, cell.upper});
  }
  best.proved = std::max(best.proved, 0.0);
  return best;
}

DecayBound decay_lower_bound(const LinearNetwork& problem, const LowerBound& unpenalised) {
  DecayBound result{unpenalised.bound, -infinity, ""};
  if (const auto c = closed_form(problem)) result.numerical = c->value;
  const ReducedData& data = problem.data();
  const bool is_full = static_cast<Index>(data.kept.size()) == data.factor.rows();
  const double beta = mean_penalty_lower(problem);
  if (!unpenalised.is_rank_proved || !is_full || has_skips(problem.architecture()) || !(beta > 0.0)) return result;
  const double s = enclose_symmetric_eigenvalues(data.gram).front().lower;
  if (!(s > 0.0)) return result;

  const std::size_t H = problem.architecture().num_layers();
  const auto k = static_cast<std::size_t>(problem.architecture().narrowest());
  const double n = static_cast<double>(data.num_samples);
  const double shift = sqrt_up(div_up(unpenalised.eps_squared, s));
  const double weight = div_down(s, 2.0 * n), decay = mul_down(0.5 * static_cast<double>(H), beta);
  double total = div_down(sub_down(unpenalised.residual_squared, unpenalised.eps_squared), 2.0 * n);
  const std::vector<Interval> sigma = enclose_singular_values(exact(data.least_squares));
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    const double a = std::max(0.0, sub_down(sigma[i].lower, shift));
    total = add_down(total, i < k ? minimise_shrinkage(weight, a, decay, H).proved : mul_down(weight, mul_down(a, a)));
  }
  if (total > result.proved) {
    result.proved = total;
    result.theorem = "Horn's and Mirsky's inequalities with AM-GM: the penalty is at least a Schatten-2/H quasi-norm of the product";
  }
  return result;
}

std::vector<Vector> decay_candidates(const LinearNetwork& problem) {
  std::vector<Vector> candidates;
  if (const auto c = closed_form(problem)) candidates.push_back(closed_form_point(problem, *c));
  const Vector optimum = linear_network_start(problem, "optimal", 0, 0).values;
  for (int tenth = 1; tenth <= 10; ++tenth) {
    candidates.push_back(optimum);
    scale(0.1 * tenth, candidates.back());
  }
  return candidates;
}

double hessian_lipschitz_times_n(const LinearNetwork& problem, const PointEnclosure& here, double radius) {
  // Coefficients of prod (omega_l + t): e[m] sums, over all choices of m layers, the norms of the others.
  std::vector<double> e{1.0};
  for (const BallMatrix& V : here.effective_weights()) {
    const double omega = add_up(spectral_norm_upper(V), radius);
    e.push_back(0.0);
    for (std::size_t m = e.size() - 1; m > 0; --m) e[m] = add_up(mul_up(e[m], omega), e[m - 1]);
    e[0] = mul_up(e[0], omega);
  }
  e.resize(std::max<std::size_t>(e.size(), 4), 0.0);
  const double xi = sqrt_up(spectral_norm_upper(problem.data().gram));
  // |DP[u]| <= e_1, |D^2 P[u,u]| <= 2 max sum c_i c_j ... <= e_2, |D^3 P[u,u,u]| <= 6 (1/3)^{3/2} e_3 for |u| = 1.
  const double n = static_cast<double>(problem.data().num_samples);
  const double residual = add_up(sqrt_up(mul_up(2.0 * n, here.value().upper)), mul_up(xi, mul_up(e[1], radius)));
  const double first = mul_up(3.0, mul_up(mul_up(xi, xi), mul_up(e[1], e[2])));
  return add_up(first, mul_up(residual, mul_up(xi, mul_up(1.16, e[3]))));
}

namespace {

// Weights that decay has driven to zero are zero to the accuracy of the point, not to rounding.
constexpr double tangent_tol = 1e-6;

// The rank of the tangent space of the hidden rotations (Omega W_l, -W_{l+1} Omega) that leave f unchanged.
std::int64_t symmetry_dimension(const LinearNetwork& problem, std::span<const double> x) {
  const Layout& layout = problem.layout();
  std::vector<Vector> tangents;
  for (std::size_t l = 0; l + 1 < layout.num_blocks(); ++l) {
    if (problem.architecture().has_skip(l) || problem.architecture().has_skip(l + 1)) continue;
    if (!is_uniform(problem.penalty()[l]) || !is_uniform(problem.penalty()[l + 1])) continue;
    const ConstMatrixView below = layout.block(x, l), above = layout.block(x, l + 1);
    for (Index p = 0; p < below.rows; ++p)
      for (Index q = 0; q < p; ++q) {
        Vector t(x.size(), 0.0);
        const MatrixView tb = layout.block(std::span<double>(t), l), ta = layout.block(std::span<double>(t), l + 1);
        for (Index j = 0; j < below.cols; ++j) tb(p, j) = below(q, j), tb(q, j) = -below(p, j);
        for (Index i = 0; i < above.rows; ++i) ta(i, q) = -above(i, p), ta(i, p) = above(i, q);
        tangents.push_back(std::move(t));
      }
  }
  Matrix T(static_cast<Index>(x.size()), static_cast<Index>(tangents.size()));
  for (std::size_t j = 0; j < tangents.size(); ++j) std::copy(tangents[j].begin(), tangents[j].end(), T.col(static_cast<Index>(j)));
  std::int64_t rank = 0;
  const Vector s = svd(T).values;
  for (const double value : s) rank += value > tangent_tol * s[0];
  return rank;
}

}  // namespace

DecayMinimum examine_decay_minimum(const LinearNetwork& problem, const PointEnclosure& here, std::span<const double> x, const Curvature& numerical) {
  DecayMinimum result{numerical, std::nullopt, false, symmetry_dimension(problem, x)};
  result.is_minimum_modulo_symmetry = numerical.negative == 0 && numerical.zero == result.symmetry_dimension;
  const Index dimension = problem.layout().dimension();
  if (dimension > proof_limit) return result;
  const BallMatrix H = here.whole_hessian_times_n();
  const Inertia counts = inertia(H);
  if (counts.undecided == 0) {
    result.curvature.negative = counts.negative;
    result.curvature.zero = 0;
    result.curvature.positive = counts.positive;
    result.curvature.rigor = Rigor::proved;
  }
  BallMatrix g(dimension, 1);
  for (std::size_t l = 0; l < here.gradient_times_n().size(); ++l) {
    std::copy_n(here.gradient_times_n()[l].mid.data(), problem.layout()[l].size(), g.mid.data() + problem.layout()[l].offset);
    std::copy_n(here.gradient_times_n()[l].rad.data(), problem.layout()[l].size(), g.rad.data() + problem.layout()[l].offset);
  }
  for (const double radius : {1e-1, 1e-3, 1e-5, 1e-7}) {
    stop_point();
    const auto proof = prove_critical_point(H, g, hessian_lipschitz_times_n(problem, here, radius), radius);
    if (!proof || proof->num_negative != 0) continue;
    // Stated with a factor of two of room, for whoever checks it with other constants; the ball must stay
    // inside that of uniqueness.
    const double n = static_cast<double>(problem.data().num_samples);
    const double roomy = 2.0 * proof->radii.existence;
    result.isolated = IsolatedMinimum{roomy < 0.5 * proof->radii.uniqueness ? roomy : proof->radii.existence, 0.5 * div_down(proof->least_curvature, n)};
    break;
  }
  return result;
}

}  // namespace nadir
