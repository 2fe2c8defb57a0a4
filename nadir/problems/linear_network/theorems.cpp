#include "nadir/problems/linear_network/theorems.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/classification.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/rigor/singular_values.hpp"

namespace nadir {
namespace {

// The largest sine of an angle between the column spaces of Q (orthonormal columns) and of A's first r
// left singular vectors.
double subspace_distance(ConstMatrixView Q, const Matrix& A, Index r) {
  const Svd s = svd(A);
  Matrix rest(s.U.view().columns(0, r));
  const Matrix inside = product(Q, Op::transpose, rest, Op::none);
  multiply(-1.0, Q, Op::none, inside, Op::none, 1.0, rest);
  const Vector sines = svd(rest).values;
  return sines.empty() ? 0.0 : sines[0];
}

// (H1) d_out <= d_in, (H2) X X^T and (H3) X Y^T of full rank, (H4) distinct singular values of Y X^+ X.
void add_kawaguchi_hypotheses(JudgementBuilder& builder, const JudgedNetwork& network) {
  const ReducedData& data = network.problem.data();
  const Vector s = svd(data.target).values;  // those of Y X^+ X
  double least_gap = s.empty() ? 0.0 : s.back();
  for (std::size_t i = 0; i + 1 < s.size(); ++i) least_gap = std::min(least_gap, s[i] - s[i + 1]);
  const double relative_gap = !s.empty() && s[0] > 0.0 ? least_gap / s[0] : 0.0;
  const bool is_wide = data.target.rows() <= data.factor.rows();
  const bool is_full = static_cast<Index>(data.kept.size()) == data.factor.rows();
  const bool holds = is_wide && is_full && relative_gap > 1e-10;
  const bool is_refuted = !is_wide || (!is_full && network.bound.is_rank_proved);
  builder.note("the data meet the paper's own hypotheses: at most as many outputs as inputs, XX' and XY' of full rank, distinct singular values",
               "Kawaguchi 2016, theorem 2.3, hypotheses", holds ? Standing::holds : is_refuted ? Standing::refuted : Standing::undecided,
               is_refuted && !holds ? Rigor::proved : Rigor::numerical,
               {{"rank_of_inputs", static_cast<double>(data.kept.size())}, {"relative_gap_of_singular_values", relative_gap}});
}

// rank(V_{H-1} ... V_2) = p = the narrowest hidden width. (The paper counts hidden layers: its W_H is the last
// but one.)
void add_kawaguchi_iv(JudgementBuilder& builder, const JudgedNetwork& network, std::span<const double> x) {
  const LinearArchitecture& a = network.problem.architecture();
  const std::size_t H = a.num_layers();
  if (H < 2) return;
  const Index p = *std::min_element(a.widths.begin() + 1, a.widths.end() - 1);
  const std::vector<Matrix> V = a.effective_weights(x);
  BallMatrix upper = exact(V[H - 2]);
  double scale = H > 2 ? frobenius_norm(V[H - 2]) : 1.0;
  for (std::size_t l = H - 2; l > 1; --l) {
    upper = enclose_product(upper, exact(V[l - 1]));
    scale *= frobenius_norm(V[l - 1]);
  }
  // With two matrices the product over the hidden layers is empty: the identity, of full rank.
  const Index proved = H == 2 ? p : rank_at_least(upper);
  const RankDecision numerical = H == 2 ? RankDecision{p, 0.0, true} : decide_rank(upper.mid, scale);
  const bool is_proved = proved >= p;
  builder.note("the product of the layers between the first and the last has the rank of the narrowest hidden layer: a saddle here would be strict",
               "Kawaguchi 2016, theorem 2.3 (iv)", is_proved || numerical.rank >= p ? Standing::holds : Standing::undecided,
               is_proved ? Rigor::proved : Rigor::numerical,
               {{"rank", static_cast<double>(std::max(proved, numerical.rank))}, {"narrowest_hidden_width", static_cast<double>(p)}});
}

void add_yun(JudgementBuilder& builder, const JudgedNetwork& network, std::span<const double> x) {
  const LinearArchitecture& a = network.problem.architecture();
  const ReducedData& data = network.problem.data();
  const Index k = a.narrowest(), rho = data.factor.cols();
  const std::vector<Matrix> V = a.effective_weights(x);
  double scale = frobenius_norm(data.factor);
  for (const Matrix& v : V) scale *= frobenius_norm(v);
  const RankDecision rank = decide_rank(product(chain_product(a, V, 0, a.num_layers()), data.factor), scale);
  const Index full = std::min(a.widths.back(), rho);
  if (k >= full) {
    builder.note("the product of all weights has full rank: of critical points, exactly these are global minima",
                 "Yun, Sra, Jadbabaie 2018, theorem 2.1", rank.rank == full ? Standing::holds : Standing::refuted, Rigor::numerical,
                 {{"rank", static_cast<double>(rank.rank)}, {"full_rank", static_cast<double>(full)}, {"rank_gap", rank.gap}});
    return;
  }
  const auto narrow = static_cast<std::size_t>(std::find(a.widths.begin(), a.widths.end(), k) - a.widths.begin());
  const Matrix after = chain_product(a, V, narrow, a.num_layers());  // V_H ... V_{p+1}: d_out x k
  const double sine = rank.rank == k ? subspace_distance(qr(after).Q, data.target, k) : 1.0;
  const bool holds = rank.rank == k && sine < 1e-6;
  builder.note("the weights after the narrowest layer span the leading singular vectors: of critical points of full rank, exactly these are global minima",
               "Yun, Sra, Jadbabaie 2018, theorem 2.2", holds ? Standing::holds : Standing::undecided, Rigor::numerical,
               {{"rank", static_cast<double>(rank.rank)}, {"narrowest_width", static_cast<double>(k)}, {"sine_of_largest_angle", sine}});
}

}  // namespace

void add_theorems(JudgementBuilder& builder, const JudgedNetwork& network, std::span<const double> x, bool is_critical) {
  builder.note("every local minimum is a global minimum, and every other critical point is a saddle",
               "Kawaguchi 2016, theorem 2.3 (ii), (iii); without hypotheses on the data: Zhang 2019 with Zhou, Liang 2018",
               Standing::holds, Rigor::proved);
  add_kawaguchi_hypotheses(builder, network);
  add_kawaguchi_iv(builder, network, x);
  if (is_critical) add_yun(builder, network, x);
}

}  // namespace nadir
