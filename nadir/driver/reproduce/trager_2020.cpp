// A bad local minimum of a linear network under a convex loss other than the plain square [TragerKohnBruna2020]:
// where the narrowest layer binds, a weighted square is enough.
//
//   f(u, v) = 1/2 sum_ij w_ij (u_i v_j - Y_ij)^2 + mu/4 (|u|^2 - |v|^2)^2,  w = [1 3; 3 1],  Y = diag(1, 3/2)
//
// Widths 2, 1, 2: W_1 = v^T, W_2 = u. The term with mu picks the balanced point of each fibre (c u, v/c): it has
// the critical values of the loss alone, and takes the flat direction along the fibre away.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/judge/judge.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double weight[2][2] = {{1, 3}, {3, 1}}, target[2][2] = {{1, 0}, {0, 1.5}};

// Entries u_1, u_2, v_1, v_2.
class WeightedRankOne {
 public:
  explicit WeightedRankOne(double balance) : balance_(balance) {
    layout_.add("W2", 2, 1);
    layout_.add("W1", 1, 2);
  }
  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const { return expand(x)->value(); }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

 private:
  Layout layout_;
  double balance_;
};

class WeightedExpansion final : public Expansion {
 public:
  WeightedExpansion(std::span<const double> x, double mu) : gradient_(4, 1), hessian_(4, 4) {
    const double* u = x.data();
    const double* v = u + 2;
    const double b = u[0] * u[0] + u[1] * u[1] - v[0] * v[0] - v[1] * v[1];
    value_ = mu / 4 * b * b;
    for (Index i = 0; i < 4; ++i) {
      const double sign = i < 2 ? 1.0 : -1.0;
      gradient_(i, 0) = sign * mu * b * x[static_cast<std::size_t>(i)];
      hessian_(i, i) = sign * mu * b;
      for (Index j = 0; j < 4; ++j) hessian_(i, j) += (i < 2) == (j < 2) ? 2 * mu * u[i] * u[j] : -2 * mu * u[i] * u[j];
    }
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < 2; ++j) add_entry(i, j, u[i], v[j]);
  }
  double value() const override { return value_; }
  void gradient(std::span<double> out) const override { std::copy_n(gradient_.data(), 4, out.data()); }
  void apply_hessian(ConstMatrixView V, MatrixView out) const override { multiply(1.0, hessian_, Op::none, V, Op::none, 0.0, out); }
  const Matrix& gradient() const { return gradient_; }
  const Matrix& hessian() const { return hessian_; }

 private:
  // w/2 (u v - y)^2 of one entry of the product.
  void add_entry(Index i, Index j, double u, double v) {
    const double w = weight[i][j], r = u * v - target[i][j];
    value_ += w / 2 * r * r;
    gradient_(i, 0) += w * r * v;
    gradient_(2 + j, 0) += w * r * u;
    hessian_(i, i) += w * v * v;
    hessian_(2 + j, 2 + j) += w * u * u;
    hessian_(i, 2 + j) += w * (u * v + r);
    hessian_(2 + j, i) += w * (u * v + r);
  }

  double value_ = 0.0;
  Matrix gradient_, hessian_;
};

std::unique_ptr<Expansion> WeightedRankOne::expand(std::span<const double> x) const { return std::make_unique<WeightedExpansion>(x, balance_); }

// Newton's method on the gradient, steps of at most 1/2: any critical point will do.
std::optional<Vector> newton(Vector x, double mu) {
  for (int i = 0; i < 100; ++i) {
    const WeightedExpansion here(x, mu);
    Matrix step = here.gradient();
    if (!solve_general(here.hessian(), step)) return std::nullopt;
    const double length = norm(step.flat());
    axpy(-std::min(1.0, 0.5 / length), step.flat(), x);
    if (length <= 1e-14) return x;
  }
  return std::nullopt;
}

// One critical point for each product u v^T; (u, v) and (-u, -v) have the same.
std::vector<Vector> find_critical_points(std::uint64_t seed) {
  std::vector<Vector> found;
  Random random(seed, 0);
  for (int i = 0; i < 2000; ++i) {
    Vector x(4);
    random.fill_normal(x);
    const std::optional<Vector> end = newton(x, 1.0);
    const auto is_same = [&](const Vector& y) {
      double difference = 0.0;
      for (const std::size_t a : {0, 1})
        for (const std::size_t b : {2, 3}) difference += std::fabs((*end)[a] * (*end)[b] - y[a] * y[b]);
      return difference <= 1e-8;
    };
    if (end && std::none_of(found.begin(), found.end(), is_same)) found.push_back(*end);
  }
  std::sort(found.begin(), found.end(), [](const Vector& a, const Vector& b) { return WeightedExpansion(a, 0).value() < WeightedExpansion(b, 0).value(); });
  return found;
}

void compare_point(const std::string& what, const Vector& x, double value, const Vector& spectrum, Headline headline, const Vector& best, Reproduction& result) {
  const WeightedExpansion here(x, 0.0);
  result.rows.push_back(close_row(what + ": loss", value, here.value(), 1e-13, "closed form"));
  const Vector measured = symmetric_eigen(here.hessian()).values;
  double error = 0.0;
  for (std::size_t i = 0; i < 4; ++i) error = std::max(error, std::fabs(measured[i] - spectrum[i]));
  result.rows.push_back(at_most_row(what + ": error of the spectrum", 1e-12, error, "closed form"));
  const WeightedRankOne problem(1.0);
  const Headline judged = judge_numerically("weighted-rank-one", problem, x, {.better_points = {best}}).verdict.headline;
  result.rows.push_back({what + ": judged", std::string(name(headline)), std::string(name(judged)), judged == headline});
}

Reproduction run(std::uint64_t seed) {
  const std::vector<Vector> points = find_critical_points(seed);
  const auto num_rank_one = std::count_if(points.begin(), points.end(), [](const Vector& x) { return norm(x) > 1e-6; });
  Reproduction result;
  result.rows.push_back(equal_row("real critical points of rank one", 4, num_rank_one, "independent program"));
  if (num_rank_one != 4 || points.size() != 5) return result;
  const double r = std::sqrt(1.5);
  const Vector best{0, r, 0, r};
  result.rows.push_back(close_row("global minimum: loss found", 0.5, WeightedExpansion(points[0], 0).value(), 1e-12, "closed form"));
  result.rows.push_back(close_row("bad local minimum: loss found", 1.125, WeightedExpansion(points[1], 0).value(), 1e-12, "closed form"));
  for (const std::size_t i : {2, 3})
    result.rows.push_back(close_row("saddle of rank one: loss found", 81.0 / 64.0, WeightedExpansion(points[i], 0).value(), 1e-12, "closed form"));
  compare_point("global minimum diag(0, 3/2)", best, 0.5, {0, 3, 3.5, 5.5}, Headline::local_minimum, best, result);
  compare_point("bad minimum diag(1, 0)", {1, 0, 1, 0}, 1.125, {0, 1.5, 2, 4.5}, Headline::spurious_minimum, best, result);
  compare_point("zero", {0, 0, 0, 0}, 1.625, {-1.5, -1, 1, 1.5}, Headline::strict_saddle, best, result);
  return result;
}

}  // namespace

PublishedClaim trager_2020() {
  return {"trager-2020", "Trager, Kohn, Bruna 2020, abstract: without the plain square, networks with a bottleneck have bad local minima",
          "widths 2, 1, 2, weights [1 3; 3 1], Y = diag(1, 3/2): the critical points that 2000 Newton starts find, their losses to 1e-12, spectra "
          "to 1e-12, and the judge's verdicts",
          run};
}

}  // namespace nadir
