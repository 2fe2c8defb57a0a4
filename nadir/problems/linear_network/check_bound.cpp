#include "nadir/problems/linear_network/check_bound.hpp"

#include <algorithm>
#include <cmath>

#include <flint/fmpz_mat.h>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::linear_network_check {
namespace {

// Exact solution over the integers: at most this many rows, and this many numbers of X.
constexpr Index max_solved_rows = 128;
constexpr Index max_solved_entries = 10'000'000;
constexpr slong exact_precision = 16384;

std::vector<Index> read_kept(const Model& model, const Matrix& list) {
  std::vector<Index> kept;
  for (const double x : list.flat()) {
    if (!(x >= 0.0 && x < static_cast<double>(model.X.rows) && x == std::floor(x)))
      throw InputError("lower_bound/kept", "row numbers of X", std::to_string(x));
    kept.push_back(static_cast<Index>(x));
  }
  if (std::adjacent_find(kept.begin(), kept.end(), std::greater_equal<>()) != kept.end())
    throw InputError("lower_bound/kept", "ascending row numbers", "others");
  return kept;
}

Matrix columns_of(const Matrix& A, const std::vector<Index>& kept) {
  Matrix result(A.rows(), static_cast<Index>(kept.size()));
  for (std::size_t j = 0; j < kept.size(); ++j) std::copy_n(A.col(kept[j]), A.rows(), result.col(static_cast<Index>(j)));
  return result;
}

balls::Matrix columns_of(const balls::Matrix& A, const std::vector<Index>& kept) {
  balls::Matrix result(A.precision(), A.rows(), static_cast<Index>(kept.size()));
  for (Index i = 0; i < A.rows(); ++i)
    for (std::size_t j = 0; j < kept.size(); ++j) arb_set(result.at(i, static_cast<Index>(j)), A.at(i, kept[j]));
  return result;
}

bool is_zero_row(ConstMatrixView X, Index row) {
  for (Index j = 0; j < X.cols; ++j)
    if (X(row, j) != 0.0) return false;
  return true;
}

// b X_row = sum_j a_j X_kept(j) with the witness's a and b, checked without rounding.
bool is_witnessed(const Model& model, const BoundWitness& w, Index row) {
  const auto rho = static_cast<Index>(w.kept.size());
  if (w.dependencies.size() == 0 || w.dependencies(row, rho) == 0.0) return false;
  for (Index sample = 0; sample < model.num_samples(); ++sample) {
    balls::Real rest = balls::Real(exact_precision, w.dependencies(row, rho)) * balls::Real(exact_precision, model.X(row, sample));
    for (Index j = 0; j < rho; ++j)
      if (w.dependencies(row, j) != 0.0)
        rest = rest - balls::Real(exact_precision, w.dependencies(row, j)) * balls::Real(exact_precision, model.X(w.kept[static_cast<std::size_t>(j)], sample));
    if (!is_exactly_zero(rest)) return false;
  }
  return true;
}

// Integers proportional to the rows of X: all entries times one power of two.
class IntegerRows {
 public:
  IntegerRows(ConstMatrixView X, const std::vector<Index>& rows) {
    fmpz_mat_init(rows_, static_cast<slong>(rows.size()), X.cols);
    int least = 0;
    for (Index j = 0; j < X.cols; ++j)
      for (const Index i : rows) least = std::min(least, lowest_exponent(X(i, j)));
    for (Index j = 0; j < X.cols; ++j)
      for (std::size_t i = 0; i < rows.size(); ++i) set(fmpz_mat_entry(rows_, i, j), X(rows[i], j), least);
  }
  IntegerRows(const IntegerRows&) = delete;
  IntegerRows& operator=(const IntegerRows&) = delete;
  ~IntegerRows() { fmpz_mat_clear(rows_); }
  fmpz_mat_struct* get() { return rows_; }

 private:
  static int lowest_exponent(double x) {
    int exponent = 0;
    std::frexp(x, &exponent);
    return exponent - 53;
  }
  static void set(fmpz* target, double x, int least) {
    int exponent = 0;
    const double mantissa = std::ldexp(std::frexp(x, &exponent), 53);
    fmpz_set_d(target, mantissa);
    if (mantissa != 0.0) fmpz_mul_2exp(target, target, static_cast<ulong>(exponent - 53 - least));
  }

  fmpz_mat_t rows_;
};

// A matrix of integers that frees itself.
struct Integers {
  Integers(slong r, slong c) { fmpz_mat_init(m, r, c); }
  Integers(const Integers&) = delete;
  Integers& operator=(const Integers&) = delete;
  ~Integers() { fmpz_mat_clear(m); }
  fmpz_mat_t m;
};

// Are the rows `others` in the span of the rows `kept`? Solves Z S = b C with S = K K^T, C = N K^T over the
// integers and checks b N = Z K. False if the kept rows are dependent.
bool is_spanned_exactly(ConstMatrixView X, const std::vector<Index>& kept, const std::vector<Index>& others) {
  std::vector<Index> rows = kept;
  rows.insert(rows.end(), others.begin(), others.end());
  IntegerRows all(X, rows);
  const auto rho = static_cast<slong>(kept.size()), rest = static_cast<slong>(others.size()), n = static_cast<slong>(X.cols);
  fmpz_mat_t K, N;
  fmpz_mat_window_init(K, all.get(), 0, 0, rho, n);
  fmpz_mat_window_init(N, all.get(), rho, 0, rho + rest, n);
  Integers Kt(n, rho), S(rho, rho), C(rest, rho), Ct(rho, rest), Zt(rho, rest), Z(rest, rho), left(rest, n), right(rest, n);
  fmpz_mat_transpose(Kt.m, K);
  fmpz_mat_mul(S.m, K, Kt.m);
  fmpz_mat_mul(C.m, N, Kt.m);
  fmpz_mat_transpose(Ct.m, C.m);
  fmpz_t b;
  fmpz_init(b);
  const bool is_solved = fmpz_mat_solve(Zt.m, b, S.m, Ct.m) != 0;
  fmpz_mat_transpose(Z.m, Zt.m);
  fmpz_mat_mul(left.m, Z.m, K);
  fmpz_mat_scalar_mul_fmpz(right.m, N, b);
  const bool is_spanned = is_solved && fmpz_mat_equal(left.m, right.m);
  fmpz_clear(b);
  fmpz_mat_window_clear(K);
  fmpz_mat_window_clear(N);
  return is_spanned;
}

bool is_affordable(const Model& model, Index rows) { return rows <= max_solved_rows && rows * model.num_samples() <= max_solved_entries; }

// For every row of `others` the kept rows that S^-1 X_B x_row, in floating point, does not call rounding. A guess.
std::vector<std::vector<Index>> likely_supports(const Matrix& gram, const std::vector<Index>& kept, const std::vector<Index>& others) {
  constexpr double support_tol = 1e-7;  // for rows scaled to unit norm
  const auto correlations = [&gram](const std::vector<Index>& rows, const std::vector<Index>& cols) {
    Matrix result(static_cast<Index>(rows.size()), static_cast<Index>(cols.size()));
    for (Index j = 0; j < result.cols(); ++j)
      for (Index i = 0; i < result.rows(); ++i) {
        const Index row = rows[static_cast<std::size_t>(i)], col = cols[static_cast<std::size_t>(j)];
        result(i, j) = gram(row, col) / std::sqrt(gram(row, row) * gram(col, col));
      }
    return result;
  };
  std::vector<std::vector<Index>> supports(others.size());
  Matrix L, coefficients = correlations(kept, others);
  if (!cholesky(correlations(kept, kept), L)) return supports;
  solve_lower(L, Op::none, coefficients);
  solve_lower(L, Op::transpose, coefficients);
  for (Index j = 0; j < coefficients.cols(); ++j)
    for (Index i = 0; i < coefficients.rows(); ++i)
      if (std::fabs(coefficients(i, j)) > support_tol) supports[static_cast<std::size_t>(j)].push_back(kept[static_cast<std::size_t>(i)]);
  return supports;
}

}  // namespace

bool read_bound_witness(const Model& model, const std::map<std::string, Matrix>& witness, BoundWitness& result) {
  const auto P0 = witness.find("lower_bound/P0");
  const auto kept = witness.find("lower_bound/kept");
  if (P0 == witness.end() || kept == witness.end()) return false;
  result.P0 = P0->second;
  if (result.P0.rows() != model.Y.rows || result.P0.cols() != model.X.rows)
    throw InputError("lower_bound/P0", "the shape d_out x d_in", std::to_string(result.P0.rows()) + " x " + std::to_string(result.P0.cols()));
  result.kept = read_kept(model, kept->second);
  for (Index j = 0; j < result.P0.cols(); ++j)
    if (!std::binary_search(result.kept.begin(), result.kept.end(), j))
      for (Index i = 0; i < result.P0.rows(); ++i)
        if (!(result.P0(i, j) == 0.0)) throw InputError("lower_bound/P0", "zeros in the columns that are not kept", "others");
  if (const auto d = witness.find("lower_bound/dependencies"); d != witness.end()) {
    result.dependencies = d->second;
    if (d->second.rows() != model.X.rows || d->second.cols() != static_cast<Index>(result.kept.size()) + 1)
      throw InputError("lower_bound/dependencies", "the shape d_in x (rho + 1)", std::to_string(d->second.rows()) + " x " + std::to_string(d->second.cols()));
  }
  return true;
}

std::string span_obstacle(const Model& model, const SampleProducts& products, const BoundWitness& w) {
  const auto rho = static_cast<Index>(w.kept.size());
  if (rho == model.num_samples()) return "";
  std::vector<Index> open;
  for (Index row = 0; row < model.X.rows; ++row)
    if (!std::binary_search(w.kept.begin(), w.kept.end(), row) && !is_zero_row(model.X, row) && !is_witnessed(model, w, row)) open.push_back(row);
  if (open.empty()) return "";
  if (is_affordable(model, rho + static_cast<Index>(open.size()))) {
    if (is_spanned_exactly(model.X, w.kept, open)) return "";
    return "input feature " + std::to_string(open.front()) + " or another one left out is not a combination of the kept ones";
  }
  const std::vector<std::vector<Index>> supports = likely_supports(products.approximate_gram(), w.kept, open);
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto needed = static_cast<Index>(supports[i].size()) + 1;
    if (!is_affordable(model, needed) || !is_spanned_exactly(model.X, supports[i], {open[i]}))
      return "input feature " + std::to_string(open[i]) + " has no witness of its dependency on the kept ones, and none was found";
  }
  return "";
}

std::string bound_2n(const Model& model, const SampleProducts& products, const BoundWitness& w, slong precision, balls::Real& result) {
  const auto rho = static_cast<Index>(w.kept.size());
  const SampleProducts::Residual at_P0 = products.residual(balls::Matrix(precision, w.P0));
  const balls::Matrix P0(precision, columns_of(w.P0, w.kept)), E0 = columns_of(at_P0.times_inputs, w.kept);
  const bool is_rank_binding = model.narrowest() < std::min(model.Y.rows, rho);
  balls::Real eps_squared(precision), tail(precision);
  if (!products.weigh({E0, P0, w.kept, is_rank_binding ? model.Y.rows - model.narrowest() : 0}, eps_squared, tail))
    return "the kept input features could not be proved independent";
  result = at_P0.squared_norm - eps_squared;
  const balls::Real excess = square_root(tail) - square_root(eps_squared);
  if (is_positive(excess)) result = result + squared(excess);
  return "";
}

}  // namespace nadir::linear_network_check
