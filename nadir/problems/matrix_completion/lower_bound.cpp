#include "nadir/problems/matrix_completion/lower_bound.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_completion/residual_operator.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/probable_norm.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr double unit = 0x1p-52;

// With --psd the matrix is made dense; larger ones would cost hours.
constexpr Index max_psd_side = 6000;

// Up to this side an estimate of the norm costs nothing that anybody would notice.
constexpr Index cheap_side = 500;

// A claim leaves this much room, relative to the bound: whoever checks it proves a norm of residuals that were
// rounded in another order.
constexpr double room = 2e-9;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// S = D_a^{-1/2} R D_b^{-1/2} by rows, which is S^T by columns. Scaled entries are off by at most 16 units, so that the
// true S is within `error` = 16 u sqrt(|S|_1 |S|_inf) in norm.
struct ScaledResidual {
  Index rows, cols;
  std::vector<Index> row_starts, columns;
  Vector values;
  double error = 0.0;

  ScaledResidual(const CompletionModel& model, const Vector& R);
  SparseMatrixView transposed() const { return {cols, rows, row_starts, columns, values}; }
};

ScaledResidual::ScaledResidual(const CompletionModel& model, const Vector& R)
    : rows(model.data.rows), cols(model.data.cols), row_starts(model.observed.by_rows.row_starts),
      columns(model.observed.by_rows.col_index.begin(), model.observed.by_rows.col_index.end()), values(R) {
  const Vector &a = model.data.row_penalties, &b = model.data.col_penalties;
  Vector row_sums(a.size(), 0.0), col_sums(b.size(), 0.0);
  bool is_scaled = false;
  for (Index i = 0; i < rows; ++i)
    for (Index p = row_starts[at(i)]; p < row_starts[at(i + 1)]; ++p) {
      const double penalty = a[at(i)] * b[at(columns[at(p)])];
      if (penalty != 1.0) {
        values[at(p)] /= std::sqrt(penalty);
        is_scaled = true;
      }
      row_sums[at(i)] += std::fabs(values[at(p)]);
      col_sums[at(columns[at(p)])] += std::fabs(values[at(p)]);
    }
  if (!is_scaled) return;
  const double sums = std::sqrt(*std::max_element(row_sums.begin(), row_sums.end())) * std::sqrt(*std::max_element(col_sums.begin(), col_sums.end()));
  const double depth = 1.0 + static_cast<double>(values.size()) * unit;  // the sums' own rounding
  error = mul_up(32.0 * unit * depth, add_up(sums, 1e-290));
}

bool is_nearly_critical(std::span<const double> x, const CompletionEnclosure& here) {
  Vector g(x.size());
  here.expansion().gradient(g);
  return norm(g) <= 1e-6 * here.expansion().gradient_scale();
}

// Where the dense matrix of the smaller side is out of reach, a bound that holds but for a stated probability: the
// factors span what would cost it its sharpness.
void bound_scaled_norm(const MatrixCompletion& problem, std::span<const double> x, const CompletionEnclosure& here, CompletionBound& result) {
  const ScaledResidual S(problem.model(), here.expansion().residual());
  const Index side = std::min(S.rows, S.cols);
  if (side <= default_dense_side) {
    // At a global minimum the norm is lambda. To ask for that spares an estimate that costs as much as the proof.
    const double expected = problem.model().lambda * (1.0 + 1e-9);
    const bool is_as_expected = side > cheap_side && is_nearly_critical(x, here) && proves_spectral_norm_at_most(S.transposed(), expected);
    result.spectral_norm = add_up(is_as_expected ? expected : spectral_norm_upper(S.transposed()), S.error);
    return;
  }
  constexpr std::uint64_t seed = 0x636f6d706c657465;
  const ResidualOperator balance(problem, here.expansion());
  const Matrix left = balance.balanced_left(problem.layout().block(x, 0)), right = balance.balanced_right(problem.layout().block(x, 1));
  const ProbableNorm norm = probable_spectral_norm(S.transposed(), right, left, seed);
  result.spectral_norm = add_up(norm.bound, S.error);
  result.failure_probability = norm.failure_probability;
  if (norm.failure_probability > 0.0) result.rigor = Rigor::probable;
}

// |A^T R B|_2 by an enclosed product: R B entry by entry from its absolute terms.
double feature_norm(const CompletionModel& model, const Vector& R) {
  const ObservedRows& o = model.observed.by_rows;
  const SharedMatrix B = model.column_features.size() > 0 ? model.column_features : SharedMatrix(Matrix::identity(o.cols));
  Matrix mid(o.rows, B.cols()), rad(o.rows, B.cols());
  for (Index i = 0; i < o.rows; ++i) {
    const Index first = o.row_starts[at(i)], last = o.row_starts[at(i + 1)];
    const double gamma = completion_gamma(last - first + 8);
    for (Index c = 0; c < B.cols(); ++c) {
      double sum = 0.0, size = 0.0;
      for (Index p = first; p < last; ++p) {
        const double term = R[at(p)] * B(o.col_index[at(p)], c);
        sum += term;
        size += std::fabs(term);
      }
      mid(i, c) = sum;
      rad(i, c) = add_up(mul_up(2.0 * gamma, size), static_cast<double>(last - first) * 1e-300);
    }
  }
  const BallMatrix RB(std::move(mid), std::move(rad));
  if (model.row_features.size() == 0) return spectral_norm_upper(RB);
  return spectral_norm_upper(enclose_product(model.row_features.view(), Op::transpose, RB, Op::none));
}

// Slope and offset of the tangent of Q (sqrt(s) - c)_+^4 at s0, the squared length of the row as computed.
struct Tangent {
  Interval slope, offset;  // offset = value - slope * s0
};

Tangent row_norm_tangent(const CompletionModel& model, std::span<const double> u) {
  double squares = 0.0;
  for (const double x : u) squares += x * x;
  const Interval s0 = Interval::point(squares), length = sqrt(s0);
  const Interval e = max(length - Interval::point(model.row_norm_limit), Interval::point(0.0));
  if (e.upper == 0.0) return {Interval::point(0.0), Interval::point(0.0)};
  const Interval Q = Interval::point(model.row_norm_penalty);
  const Interval slope = Q * Interval::point(2.0) * sqr(e) * (e / length);
  return {max(slope, Interval::point(0.0)), Q * sqr(sqr(e)) - slope * s0};
}

// The greatest eigenvalue of sym(R) - D from above; D and the tangents' offsets on the way.
double psd_eigenvalue(const MatrixCompletion& problem, const CompletionEnclosure& here, Interval& offsets, bool& has_slopes) {
  const CompletionModel& model = problem.model();
  const ObservedRows& o = model.observed.by_rows;
  const Vector& R = here.expansion().residual();
  BallMatrix S(o.rows, o.rows);
  const auto add = [&S](Index i, Index j, const Interval& x) {
    const Interval sum = S.entry(i, j) + x;
    S.mid(i, j) = sum.mid();
    S.rad(i, j) = 0.5 * sum.width() <= 0.0 ? 0.0 : std::fmax(sub_up(sum.upper, S.mid(i, j)), sub_up(S.mid(i, j), sum.lower));
  };
  for (Index i = 0; i < o.rows; ++i)
    for (Index p = o.row_starts[at(i)]; p < o.row_starts[at(i + 1)]; ++p) {
      const Interval half = Interval::point(0.5) * Interval::point(R[at(p)]);
      add(i, o.col_index[at(p)], half);
      add(o.col_index[at(p)], i, half);
    }
  if (model.row_norm_penalty > 0.0) {
    const Matrix& Ut = here.expansion().factors().Ut;
    for (Index i = 0; i < o.rows; ++i) {
      const Tangent t = row_norm_tangent(model, {Ut.col(i), at(Ut.rows())});
      has_slopes = has_slopes || t.slope.upper > 0.0;
      add(i, i, -t.slope);
      offsets = offsets + t.offset;
    }
  }
  return greatest_eigenvalue_upper_bound(S);
}

// D(s) = s <R, m> - s^2/2 sum R^2/w, enclosed.
struct DualValue {
  Interval linear, quadratic;

  DualValue(const ObservedRows& o, const Vector& R) : linear(enclose_dot(R, o.values)) {
    Vector quotient(R);
    if (!o.weights.empty())
      for (std::size_t p = 0; p < R.size(); ++p) quotient[p] /= o.weights[p];
    quadratic = enclose_dot(R, quotient);
    if (!o.weights.empty()) {
      const double error = add_up(mul_up(quadratic.magnitude(), 4.0 * unit), static_cast<double>(R.size()) * 1e-290);
      quadratic = quadratic + Interval{-error, error};
    }
  }
  double best_multiplier() const { return quadratic.mid() > 0.0 ? std::fmax(0.0, linear.mid() / quadratic.mid()) : 0.0; }
  Interval at_multiplier(double s) const {
    return Interval::point(s) * linear - Interval::point(0.5) * sqr(Interval::point(s)) * quadratic;
  }
};

}  // namespace

CompletionBound completion_lower_bound(const MatrixCompletion& problem, std::span<const double> x, const CompletionEnclosure& here) {
  const FloatingPointGuard guard;
  const CompletionModel& model = problem.model();
  CompletionBound result;
  const auto give_up = [&result](const char* why) {
    result.obstacle = why;
    return result;
  };
  if (model.lambda == 0.0) return give_up("without a penalty only a value of zero is certified");
  const Vector& R = here.expansion().residual();
  const bool is_finite = std::all_of(R.begin(), R.end(), [](double r) { return std::isfinite(r); });
  if (!is_finite) return give_up("a residual is not finite");
  const DualValue dual(model.observed.by_rows, R);
  double limit = std::numeric_limits<double>::infinity();
  Interval offsets = Interval::point(0.0);
  if (model.is_psd) {
    if (model.data.rows > max_psd_side) return give_up("the matrix is too large for a dense proof");
    bool has_slopes = false;
    result.spectral_norm = psd_eigenvalue(problem, here, offsets, has_slopes);
    if (has_slopes) limit = 1.0;  // s R - D <= s (R - D) needs s <= 1
  } else {
    if (model.has_features()) result.spectral_norm = feature_norm(model, R);
    else bound_scaled_norm(problem, x, here, result);
  }
  if (!std::isfinite(result.spectral_norm)) return give_up("no bound of the residual's spectral norm was found");
  if (result.spectral_norm > 0.0) limit = std::fmin(limit, div_down(model.lambda, result.spectral_norm));
  result.multiplier = std::fmin(dual.best_multiplier(), limit);
  const Interval value = dual.at_multiplier(result.multiplier) + offsets;
  const double size = std::fmax(std::fabs(value.lower), value.width());
  result.bound = std::fmax(0.0, sub_down(value.lower, mul_up(room, size)));
  if (!std::isfinite(result.bound)) result.bound = 0.0;
  return result;
}

}  // namespace nadir
