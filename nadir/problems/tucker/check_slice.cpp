#include "nadir/problems/tucker/check_slice.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir::tucker_check {
namespace {

using balls::Answer;
using balls::Real;

constexpr Index most_free = 300, most_jacobian_entries = 4'000'000;

// A coordinate of the flat point: row and column in block 0 (core) or k (A_k).
struct Coordinate {
  std::size_t block = 0;
  Index row = 0, col = 0;
};

std::vector<Coordinate> coordinates_of(const Subject& subject) {
  std::vector<Coordinate> all;
  const auto append = [&](const Matrix& m, std::size_t block) {
    for (Index j = 0; j < m.cols(); ++j)
      for (Index i = 0; i < m.rows(); ++i) all.push_back({block, i, j});
  };
  append(subject.point.core, 0);
  for (std::size_t k = 0; k < subject.point.A.size(); ++k) append(subject.point.A[k], k + 1);
  return all;
}

class Slice {
 public:
  Slice(const Matrix& fixed, const Subject& subject, Evaluation<InBalls>& here, const InBalls& arithmetic)
      : subject_(subject), here_(here), arithmetic_(arithmetic), all_(coordinates_of(subject)), is_fixed_(all_.size(), 0) {
    for (Index i = 0; i < fixed.size(); ++i) {
      const double place = fixed.data()[i];
      if (!(place >= 0.0 && place < static_cast<double>(all_.size()) && place == std::floor(place)) || is_fixed_[static_cast<std::size_t>(place)])
        throw InputError("slice", "distinct places in the point, from 0 to " + std::to_string(all_.size() - 1), std::to_string(place));
      is_fixed_[static_cast<std::size_t>(place)] = 1;
    }
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (!is_fixed_[i]) free_.push_back(all_[i]);
  }

  Index size() const { return static_cast<Index>(free_.size()); }

  // Whole rows of each factor, as many as it has columns, whose block is invertible; none of the core.
  bool is_transversal() const {
    std::vector<std::vector<Index>> rows(subject_.point.A.size());
    std::size_t num_fixed = 0, expected = 0;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (!is_fixed_[i]) continue;
      ++num_fixed;
      if (all_[i].block == 0) return false;
      if (all_[i].col == 0) rows[all_[i].block - 1].push_back(all_[i].row);
    }
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const Matrix& a = subject_.point.A[k];
      if (static_cast<Index>(rows[k].size()) != a.cols()) return false;
      expected += static_cast<std::size_t>(a.cols() * a.cols());
      Matrix block(a.cols(), a.cols());
      for (Index p = 0; p < a.cols(); ++p)
        for (Index j = 0; j < a.cols(); ++j) block(p, j) = a(rows[k][static_cast<std::size_t>(p)], j);
      const balls::Matrix lifted = arithmetic_.exact(block);
      if (!proves_positive_definite(balls::transpose(lifted) * lifted)) return false;
      for (std::size_t i = 0; i < all_.size(); ++i) {
        const bool is_in_rows = all_[i].block == k + 1 && std::find(rows[k].begin(), rows[k].end(), all_[i].row) != rows[k].end();
        if (is_in_rows && !is_fixed_[i]) return false;
      }
    }
    return num_fixed == expected;
  }

  // Columns dX/dz, as many as free coordinates.
  balls::Matrix jacobian(const Real& c) const {
    const std::size_t d = subject_.ranks.size();
    const Index rows = subject_.tensor.entries.size();
    balls::Matrix J(arithmetic_.precision, rows, size());
    std::vector<CheckTensor<InBalls>> without;  // S times every factor but A_k
    for (std::size_t k = 0; k < d; ++k) {
      CheckTensor<InBalls> Y = here_.core();
      for (std::size_t j = 0; j < d; ++j)
        if (j != k) Y = times(arithmetic_, Y, j, here_.factors()[j]);
      without.push_back(std::move(Y));
    }
    for (Index u = 0; u < size(); ++u) {
      const Coordinate& at = free_[static_cast<std::size_t>(u)];
      CheckTensor<InBalls> column = at.block == 0 ? core_direction(at) : times(arithmetic_, without[at.block - 1], at.block - 1, unit(at));
      if (at.block == 0) column.entries = c * column.entries;
      for (Index place = 0; place < rows; ++place) arb_set(J.at(place, u), column.entries.at(place % column.entries.rows(), place / column.entries.rows()));
    }
    return J;
  }

  // <R, d^2 X / dz_u dz_v>: the derivative in direction u of the gradient of <R, X> with R held fixed.
  balls::Matrix residual_term(const Real& c) const {
    const std::size_t d = subject_.ranks.size();
    balls::Matrix B(arithmetic_.precision, size(), size());
    for (std::size_t k = 0; k < d; ++k) {
      // By the core: R contracted with all factors but A_k.
      const balls::Matrix W = unfolded(arithmetic_, contracted(k, k), k);
      for (std::size_t j = 0; j < d; ++j) {
        if (j == k) continue;
        const CheckTensor<InBalls> P = contracted(k, j);
        add_pairs(k, j, P, B);
      }
      add_core_pairs(k, W, c, B);
    }
    return B;
  }

  balls::Matrix gradient(const Real& c) const {
    const std::size_t d = subject_.ranks.size();
    balls::Matrix g(arithmetic_.precision, size(), 1);
    CheckTensor<InBalls> of_core = here_.residual();
    std::vector<balls::Matrix> of_factors;
    for (std::size_t k = 0; k < d; ++k) {
      of_core = times(arithmetic_, of_core, k, balls::transpose(here_.factors()[k]));
      of_factors.push_back(product_with_transpose(unfolded(arithmetic_, contracted(k, k), k), unfolded(arithmetic_, here_.core(), k)));
    }
    for (Index u = 0; u < size(); ++u) {
      const Coordinate& at = free_[static_cast<std::size_t>(u)];
      g.set(u, 0, at.block == 0 ? c * of_core.entries(at.row, at.col) : of_factors[at.block - 1](at.row, at.col));
    }
    return g;
  }

 private:
  balls::Matrix unit(const Coordinate& at) const {
    balls::Matrix E(arithmetic_.precision, subject_.point.A[at.block - 1].rows(), subject_.point.A[at.block - 1].cols());
    E.set(at.row, at.col, Real(arithmetic_.precision, 1.0));
    return E;
  }

  CheckTensor<InBalls> core_direction(const Coordinate& at) const {
    CheckTensor<InBalls> X{subject_.ranks, balls::Matrix(arithmetic_.precision, subject_.point.core.rows(), subject_.point.core.cols())};
    X.entries.set(at.row, at.col, Real(arithmetic_.precision, 1.0));
    for (std::size_t k = 0; k < subject_.ranks.size(); ++k) X = times(arithmetic_, X, k, here_.factors()[k]);
    return X;
  }

  // R contracted with all factors but A_k and A_j.
  CheckTensor<InBalls> contracted(std::size_t k, std::size_t j) const {
    CheckTensor<InBalls> P = here_.residual();
    for (std::size_t m = 0; m < subject_.ranks.size(); ++m)
      if (m != k && m != j) P = times(arithmetic_, P, m, balls::transpose(here_.factors()[m]));
    return P;
  }

  // The index of mode m at a place of the core (row of its first mode's matrix, column).
  Index core_index(Index row, Index col, std::size_t m) const {
    Index after = 1;
    for (std::size_t k = m + 1; k < subject_.ranks.size(); ++k) after *= subject_.ranks[k];
    return m == 0 ? row : col / after % subject_.ranks[m];
  }

  // The place among the other modes than m, in C order.
  Index core_rest(Index row, Index col, std::size_t m) const {
    Index rest = 0;
    for (std::size_t k = 0; k < subject_.ranks.size(); ++k)
      if (k != m) rest = rest * subject_.ranks[k] + core_index(row, col, k);
    return rest;
  }

  // d^2<R, X> / dS(e) dA_k(i, a) = W(i, rest of e) where e has index a in mode k.
  void add_core_pairs(std::size_t k, const balls::Matrix& W, const Real& c, balls::Matrix& B) const {
    for (Index u = 0; u < size(); ++u) {
      const Coordinate& e = free_[static_cast<std::size_t>(u)];
      if (e.block != 0) continue;
      for (Index v = 0; v < size(); ++v) {
        const Coordinate& f = free_[static_cast<std::size_t>(v)];
        if (f.block != k + 1 || f.col != core_index(e.row, e.col, k)) continue;
        const Real term = c * W(f.row, core_rest(e.row, e.col, k));
        B.set(u, v, term);
        B.set(v, u, term);
      }
    }
  }

  // d^2<R, X> / dA_k(i, a) dA_j(p, b): for the row i of mode k of P, its product over all modes but j with the core's slice a.
  void add_pairs(std::size_t k, std::size_t j, const CheckTensor<InBalls>& P, balls::Matrix& B) const {
    std::map<std::pair<Index, Index>, balls::Matrix> made;
    for (Index u = 0; u < size(); ++u) {
      const Coordinate& e = free_[static_cast<std::size_t>(u)];
      if (e.block != k + 1) continue;
      balls::Matrix pick(arithmetic_.precision, 1, P.shape[k]), slice(arithmetic_.precision, 1, subject_.ranks[k]);
      pick.set(0, e.row, Real(arithmetic_.precision, 1.0));
      slice.set(0, e.col, Real(arithmetic_.precision, 1.0));
      const balls::Matrix terms = product_with_transpose(unfolded(arithmetic_, times(arithmetic_, P, k, pick), j),
                                                         unfolded(arithmetic_, times(arithmetic_, here_.core(), k, slice), j));
      for (Index v = 0; v < size(); ++v) {
        const Coordinate& f = free_[static_cast<std::size_t>(v)];
        if (f.block == j + 1) B.set(u, v, terms(f.row, f.col));
      }
    }
  }

  const Subject& subject_;
  Evaluation<InBalls>& here_;
  const InBalls& arithmetic_;
  std::vector<Coordinate> all_;
  std::vector<char> is_fixed_;
  std::vector<Coordinate> free_;
};

// |X(u_1, ..., u_q, rest)| <= sum over distinct blocks of the products of |u|, of the weights, and of the sizes of the
// other blocks; by Cauchy-Schwarz at most the root of the sum of squares times the product of the norms of the u.
// sizes[0] bounds |S|_F on the ball, sizes[k] bounds |A_k|_2.
Real derivative_norm(const std::vector<Real>& sizes, const std::vector<Real>& weights, int order, std::vector<std::size_t> chosen = {}) {
  const slong precision = sizes[0].precision();
  if (order == 0) {
    Real term(precision, 1.0);
    for (std::size_t b = 0; b < sizes.size(); ++b)
      term = term * (std::find(chosen.begin(), chosen.end(), b) == chosen.end() ? sizes[b] : weights[b]);
    return squared(term);
  }
  Real sum(precision);
  for (std::size_t b = 0; b < sizes.size(); ++b) {
    if (std::find(chosen.begin(), chosen.end(), b) != chosen.end()) continue;
    std::vector<std::size_t> more = chosen;
    more.push_back(b);
    sum = sum + derivative_norm(sizes, weights, order - 1, more);
  }
  return sum;
}

// f = |X - T|^2/2: f''' is three terms <X'', X'> and <R, X'''>.
Real third_derivative(Evaluation<InBalls>& here, const Real& c, const Real& rho) {
  const slong precision = c.precision();
  std::vector<Real> sizes{square_root(squared_norm(here.core().entries)) + c * rho}, weights{c};
  for (const balls::Matrix& a : here.factors()) {
    // |A|_2^2 <= |A^T A|_F
    sizes.push_back(square_root(square_root(squared_norm(balls::transpose(a) * a))) + rho);
    weights.emplace_back(precision, 1.0);
  }
  const Real first = square_root(derivative_norm(sizes, weights, 1)), second = square_root(derivative_norm(sizes, weights, 2));
  const Real residual = square_root(squared_norm(here.residual().entries)) + first * rho;
  return 3.0 * (first * second) + residual * square_root(derivative_norm(sizes, weights, 3));
}

}  // namespace

Finding minimum_up_to_symmetry(const Claim& claim, const Matrix& fixed, const Subject& subject, Evaluation<InBalls>& here, const InBalls& arithmetic) {
  const double radius = number(claim, "radius"), least = number(claim, "least_eigenvalue"), scale = number(claim, "core_scale");
  if (!(radius >= 0.0 && least > 0.0 && scale > 0.0)) return {Answer::no, "the radius is negative, or the least eigenvalue or the scale not positive"};
  if (subject.data.is_masked || subject.data.regulariser > 0.0) return {Answer::unknown, "not with missing entries or a regulariser", nullptr, true};
  const Slice slice(fixed, subject, here, arithmetic);
  if (!slice.is_transversal()) return {Answer::unknown, "the slice could not be shown to cross the symmetries once", nullptr, true};
  if (slice.size() > most_free || slice.size() * subject.tensor.entries.size() > most_jacobian_entries)
    return {Answer::unknown, "too many coordinates for balls", nullptr, true};
  const Real c(arithmetic.precision, scale), rho = scale > 1.0 ? Real(arithmetic.precision, radius) / c : Real(arithmetic.precision, radius);
  const balls::Matrix J = slice.jacobian(c);
  const balls::Matrix H = balls::transpose(J) * J + slice.residual_term(c);
  const Real bend = third_derivative(here, c, rho) * rho;
  const Real slope = square_root(squared_norm(slice.gradient(c)));
  const balls::Matrix identity = balls::Matrix::identity(arithmetic.precision, slice.size());
  // Slightly more than is needed first: it pays for the roundings with which the claim was made.
  for (const double room : {1.0 + 1e-6, 1.0}) {
    const Real sigma = room * (Real(arithmetic.precision, least) + bend);
    if (!proves_positive_definite(H - sigma * identity)) continue;
    if (is_at_most(slope, sigma * rho - 0.5 * (bend * rho)) == Answer::yes) return {Answer::yes, ""};
    return {Answer::unknown, "the gradient is too large for the radius"};
  }
  return {Answer::unknown, "the Hessian could not be shown to stay above the least eigenvalue in the ball"};
}

}  // namespace nadir::tucker_check
