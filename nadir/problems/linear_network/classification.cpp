#include "nadir/problems/linear_network/classification.hpp"

#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/lower_bound.hpp"

namespace nadir {
namespace {

// Couplings below this, relative to their factors, count as zero.
constexpr double coupling_tol = 1e-9;

struct Products {
  std::vector<Matrix> V;
  std::vector<Matrix> back;  // E B_j^T, j = 1..H: d_out x d_{j-1}
  std::vector<Matrix> left;  // A_0, ..., A_H
  double scale = 1.0;        // prod |V_l|
  double error_scale = 0.0;  // |E| if nothing cancelled: (|P F| + |A|) |F|
};

Products products_at(const LinearNetwork& problem, std::span<const double> x) {
  const LinearArchitecture& a = problem.architecture();
  Products p;
  p.V = a.effective_weights(x);
  const std::size_t H = p.V.size();
  p.left.resize(H + 1);
  p.left[H] = Matrix::identity(a.widths[H]);
  for (std::size_t l = H; l > 0; --l) p.left[l - 1] = product(p.left[l], p.V[l - 1]);
  Matrix residual = problem.data().target;
  multiply(1.0, p.left[0], Op::none, problem.data().factor, Op::none, -1.0, residual);
  p.back.push_back(product(residual, Op::none, problem.data().factor, Op::transpose));
  for (std::size_t l = 0; l + 1 < H; ++l) p.back.push_back(product(p.back[l], Op::none, p.V[l], Op::transpose));
  for (const Matrix& v : p.V) p.scale *= frobenius_norm(v);
  const Matrix& F = problem.data().factor;
  p.error_scale = (frobenius_norm(product(p.left[0], F)) + frobenius_norm(problem.data().target)) * frobenius_norm(F);
  return p;
}

bool is_tightened(const Products& p, const LinearArchitecture& a, Index rank, Pivot& pivot) {
  const Matrix coupling = product(p.left[pivot.i], Op::transpose, p.back[pivot.j - 1], Op::none);
  // What the coupling would be if neither E nor the product with it cancelled: E B_j^T itself may be rounding.
  double factors = frobenius_norm(p.left[pivot.i]) * p.error_scale;
  for (std::size_t l = 1; l < pivot.j; ++l) factors *= frobenius_norm(p.V[l - 1]);
  pivot.coupling = factors > 0.0 ? frobenius_norm(coupling) / factors : 0.0;
  if (pivot.coupling <= coupling_tol) return true;
  const Matrix between = chain_product(a, p.V, pivot.j, pivot.i - 1);
  double scale = 1.0;
  for (std::size_t l = pivot.j + 1; l < pivot.i; ++l) scale *= frobenius_norm(p.V[l - 1]);
  pivot.rank = decide_rank(between, scale).rank;
  return pivot.rank == rank;
}

std::optional<Pivot> first_open_pivot(const Products& p, const LinearArchitecture& a, Index rank) {
  for (std::size_t i = 2; i <= a.num_layers(); ++i)
    for (std::size_t j = 1; j < i; ++j) {
      Pivot pivot{i, j, 0, 0.0};
      if (!is_tightened(p, a, rank, pivot)) return pivot;
    }
  return std::nullopt;
}

}  // namespace

RankDecision decide_rank(ConstMatrixView A, double scale, double tol) {
  const Vector s = svd(A).values;
  RankDecision d;
  for (const double value : s)
    if (value > tol * scale) ++d.rank;
  const auto r = static_cast<std::size_t>(d.rank);
  const bool is_full = r == s.size() || s[r] == 0.0;
  // With nothing above the threshold, the gap is that of the threshold's scale to what lies below.
  d.gap = is_full ? std::numeric_limits<double>::infinity() : (r > 0 ? s[r - 1] : scale) / s[r];
  d.is_clear = d.gap >= 1e3;
  return d;
}

Classification classify(const LinearNetwork& problem, std::span<const double> x, double value_tol) {
  using Kind = Classification::Kind;
  const Products p = products_at(problem, x);
  const ReducedData& data = problem.data();
  const double tol = value_tol * 0.5 * data.target_norm_squared / static_cast<double>(data.num_samples);
  const double value = problem.value(x);
  Classification c;
  c.rank = decide_rank(product(p.left[0], data.factor), p.scale * frobenius_norm(data.factor));
  c.optimum = rank_constrained_optimum(problem, problem.architecture().narrowest());
  c.optimum_of_rank = rank_constrained_optimum(problem, c.rank.rank);
  if (value - c.optimum <= tol) {
    c.kind = Kind::global_minimum;
  } else if (!c.rank.is_clear) {
    c.kind = Kind::unclear;
  } else if (value - c.optimum_of_rank > tol) {
    c.kind = Kind::strict_saddle;
  } else {
    c.open_pivot = first_open_pivot(p, problem.architecture(), c.rank.rank);
    c.kind = c.open_pivot ? Kind::strict_saddle : Kind::degenerate_saddle;
  }
  return c;
}

}  // namespace nadir
