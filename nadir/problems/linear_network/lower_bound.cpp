#include "nadir/problems/linear_network/lower_bound.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/enclosure.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/exact_rank.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

BallMatrix select(const BallMatrix& A, const std::vector<Index>& rows, const std::vector<Index>& columns) {
  BallMatrix result(static_cast<Index>(rows.size()), static_cast<Index>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j)
    for (std::size_t i = 0; i < rows.size(); ++i) {
      result.mid(static_cast<Index>(i), static_cast<Index>(j)) = A.mid(rows[i], columns[j]);
      result.rad(static_cast<Index>(i), static_cast<Index>(j)) = A.rad(rows[i], columns[j]);
    }
  return result;
}

std::vector<Index> all_rows(Index n) {
  std::vector<Index> rows(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) rows[static_cast<std::size_t>(i)] = i;
  return rows;
}

bool is_zero_row(ConstMatrixView X, Index row) {
  for (Index j = 0; j < X.cols; ++j)
    if (X(row, j) != 0.0) return false;
  return true;
}

// Coefficients below this, of rows scaled to unit norm, are rounding.
constexpr double support_tol = 1e-7;

// For every row that is not kept, the kept rows it seems to depend on: the support of S^{-1} X_B x_row.
std::vector<std::vector<Index>> supports(const BallMatrix& gram, const std::vector<Index>& kept, const std::vector<Index>& others) {
  const auto norm_of = [&](Index row) { return std::sqrt(gram.mid(row, row)); };
  const auto rho = static_cast<Index>(kept.size()), count = static_cast<Index>(others.size());
  Matrix S(rho, rho), L, C(rho, count);
  for (Index i = 0; i < rho; ++i) {
    const Index row = kept[static_cast<std::size_t>(i)];
    for (Index j = 0; j < rho; ++j) S(i, j) = gram.mid(row, kept[static_cast<std::size_t>(j)]) / (norm_of(row) * norm_of(kept[static_cast<std::size_t>(j)]));
    for (Index j = 0; j < count; ++j) C(i, j) = gram.mid(row, others[static_cast<std::size_t>(j)]) / (norm_of(row) * norm_of(others[static_cast<std::size_t>(j)]));
  }
  std::vector<std::vector<Index>> result(others.size());
  if (!cholesky(S, L)) return result;
  solve_lower(L, Op::none, C);
  solve_lower(L, Op::transpose, C);
  for (Index j = 0; j < count; ++j)
    for (Index i = 0; i < rho; ++i)
      if (std::fabs(C(i, j)) > support_tol) result[static_cast<std::size_t>(j)].push_back(kept[static_cast<std::size_t>(i)]);
  return result;
}

// (H1): what stands in the way of it, or "".
std::string dependency_obstacle(ConstMatrixView X, const ReducedData& data) {
  if (static_cast<Index>(data.kept.size()) == X.cols) return "";  // rank n: every row is in the span of n independent ones
  std::vector<bool> is_kept(static_cast<std::size_t>(X.rows), false);
  for (const Index b : data.kept) is_kept[static_cast<std::size_t>(b)] = true;
  std::vector<Index> others;
  for (Index row = 0; row < X.rows; ++row)
    if (!is_kept[static_cast<std::size_t>(row)] && !is_zero_row(X, row)) others.push_back(row);
  const auto support = supports(data.gram, data.kept, others);
  for (std::size_t i = 0; i < others.size(); ++i)
    if (!exact_dependency(X, support[i], others[i]))
      return "input feature " + std::to_string(others[i]) +
             " depends on the others up to rounding, but not in exact arithmetic (or the proof would cost too much)";
  return "";
}

// An upper bound of tr(E S^-1 E^T), or infinity: T S T^T = I + Delta with |Delta| <= delta < 1 for any T gives
// tr(E S^-1 E^T) <= |E T^T|_F^2 / (1 - delta).
double weighted_norm_squared_upper(const BallMatrix& E, const BallMatrix& S) {
  const double nothing = std::numeric_limits<double>::infinity();
  const Index rho = S.rows();
  Vector scaling(static_cast<std::size_t>(rho));
  for (Index i = 0; i < rho; ++i) {
    if (!(S.mid(i, i) > 0.0)) return nothing;
    scaling[static_cast<std::size_t>(i)] = 1.0 / std::sqrt(S.mid(i, i));
  }
  Matrix scaled = S.mid, L;
  for (Index j = 0; j < rho; ++j)
    for (Index i = 0; i < rho; ++i) scaled(i, j) *= scaling[static_cast<std::size_t>(i)] * scaling[static_cast<std::size_t>(j)];
  if (!cholesky(scaled, L)) return nothing;
  Matrix T = Matrix::identity(rho);
  solve_lower(L, Op::none, T);
  for (Index j = 0; j < rho; ++j) scale(scaling[static_cast<std::size_t>(j)], {T.col(j), static_cast<std::size_t>(rho)});

  const BallMatrix identity_like = enclose_product(enclose_product(T, Op::none, S, Op::none), Op::none, T, Op::transpose);
  const double delta = norm_inf_upper(add_identity(symmetric_part(identity_like), -1.0));
  if (!(delta < 1.0)) return nothing;
  const Interval numerator = enclose_frobenius_norm_squared(enclose_product(E, Op::none, T, Op::transpose));
  return div_up(numerator.upper, sub_down(1.0, delta));
}

// A lower bound of t: the distance of P0_B S^{1/2} from the matrices of rank k.
double distance_from_rank(const BallMatrix& P0, const BallMatrix& S, Index k) {
  const Index rows = P0.rows();
  if (k >= std::min(rows, S.rows())) return 0.0;
  const BallMatrix energy = symmetric_part(enclose_product(enclose_product(P0, S), Op::none, P0, Op::transpose));
  const Interval tail = enclose_tail_eigenvalue_sum(energy, rows - k);
  return tail.lower > 0.0 ? sqrt_down(tail.lower) : 0.0;
}

}  // namespace

LowerBound lower_bound(const LinearNetwork& problem, ConstMatrixView X, ConstMatrixView Y) {
  const ReducedData& data = problem.data();
  const Index k = problem.architecture().narrowest();
  LowerBound result;
  result.numerical = rank_constrained_optimum(problem, k);
  result.obstacle = dependency_obstacle(X, data);
  if (!result.obstacle.empty()) return result;

  const BallMatrix P0 = exact(data.least_squares);
  const ResidualEnclosure residual = enclose_residual(P0, X, Y);
  const std::vector<Index> outputs = all_rows(Y.rows);
  const BallMatrix S = select(data.gram, data.kept, data.kept);
  const double eps_squared = weighted_norm_squared_upper(select(residual.times_inputs, outputs, data.kept), S);
  if (!std::isfinite(eps_squared)) {
    result.obstacle = "the independent input features could not be proved independent: their Gram matrix is too ill-conditioned";
    return result;
  }
  result.residual_squared = residual.squared_norm.lower;
  result.eps_squared = eps_squared;
  const double t = distance_from_rank(select(P0, outputs, data.kept), S, k);
  const double excess = std::max(sub_down(t, sqrt_up(eps_squared)), 0.0);
  const double numerator = sub_down(add_down(residual.squared_norm.lower, mul_down(excess, excess)), eps_squared);
  result.bound = std::max(0.0, div_down(numerator, 2.0 * static_cast<double>(X.cols)));
  result.is_rank_proved = true;
  return result;
}

double rank_constrained_optimum(const LinearNetwork& problem, Index rank) {
  const ReducedData& data = problem.data();
  const Vector singular = svd(data.target).values;
  double rest = data.residual;
  for (std::size_t i = singular.size(); i-- > static_cast<std::size_t>(std::max<Index>(rank, 0));) rest += singular[i] * singular[i];
  return 0.5 * rest / static_cast<double>(data.num_samples);
}

}  // namespace nadir
