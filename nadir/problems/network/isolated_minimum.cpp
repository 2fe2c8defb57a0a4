#include "nadir/problems/network/isolated_minimum.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/accurate_gradient.hpp"
#include "nadir/problems/network/enclosed_hessian.hpp"
#include "nadir/problems/network/slice.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index most_parameters = 400;
// The checker's limit, too: beyond it balls take longer than half a minute.
constexpr double most_work = 8e8;

double work(const NetworkData& data, Index n) {
  double weights = 0.0;
  for (std::size_t l = 0; l < data.num_layers(); ++l) weights += static_cast<double>(data.widths[l]) * static_cast<double>(data.widths[l + 1]);
  return 4.0 * weights * static_cast<double>(data.num_samples()) * static_cast<double>(n);
}

std::vector<Index> others(Index n, const std::vector<Index>& fixed) {
  std::vector<Index> free;
  std::size_t next = 0;
  for (Index i = 0; i < n; ++i) {
    if (next < fixed.size() && fixed[next] == i) ++next;
    else free.push_back(i);
  }
  return free;
}

BallMatrix restricted(const BallMatrix& A, const std::vector<Index>& rows, bool to_columns) {
  const auto k = static_cast<Index>(rows.size());
  BallMatrix result(k, to_columns ? k : A.cols());
  for (Index j = 0; j < result.cols(); ++j)
    for (Index i = 0; i < k; ++i) {
      const Index from = rows[static_cast<std::size_t>(i)], col = to_columns ? rows[static_cast<std::size_t>(j)] : j;
      result.mid(i, j) = A.mid(from, col);
      result.rad(i, j) = A.rad(from, col);
    }
  return result;
}

// M, rho and the least eigenvalue of M from below.
struct Definite {
  Matrix M;
  double rho = 0.0, least = 0.0;
};

std::optional<Definite> definite(const BallMatrix& H) {
  if (!is_finite(H)) return std::nullopt;
  const DefinitenessProof proof = proves_positive_definite(ConstMatrixView(H.mid));
  if (!proof.proved || !std::isfinite(proof.margin)) return std::nullopt;
  return Definite{H.mid, spectral_norm_upper(H.rad), proof.margin};
}

// |d| and |g - M d| of (c), for Newton's step d.
struct Step {
  double length = 0.0, residual = 0.0;
};

Step newton_step(const Matrix& M, const BallMatrix& g) {
  Matrix d = g.mid;
  if (!solve_general(M, d) || !all_finite(d)) d = Matrix(g.rows(), 1);
  const BallMatrix Md = enclose_product(ConstMatrixView(M), Op::none, ConstMatrixView(d), Op::none);
  return {frobenius_norm_upper(ConstMatrixView(d)), frobenius_norm_upper(subtract(g, Md))};
}

// Eigenvalues this small beside the largest are those of a singular matrix: proofs would be in vain.
constexpr double singular = 1e-14;

bool looks_definite(const Network& problem, std::span<const double> x, const std::vector<Index>& free) {
  const Index n = problem.layout().dimension();
  BallMatrix H(n, n);
  problem.expand(x)->apply_hessian(Matrix::identity(n), H.mid);
  symmetrise(H.mid);
  const Vector values = symmetric_eigen(restricted(H, free, true).mid).values;
  return values.front() > singular * values.back();
}

// What (c) or (c') is about: the point x' with its gradient, and its distance from x.
struct Centre {
  BallMatrix gradient;
  std::vector<Index> within;  // positions among the free coordinates
  double distance = 0.0;
};

Centre centre(const Network& problem, std::span<const double> x, const std::vector<Index>& free, const std::vector<Index>& pinned) {
  Vector moved(x.begin(), x.end()), weights;
  for (const Index i : pinned) weights.push_back(std::exchange(moved[static_cast<std::size_t>(i)], 0.0));
  Centre c;
  std::vector<Index> kept;
  for (std::size_t k = 0; k < free.size(); ++k) {
    if (std::binary_search(pinned.begin(), pinned.end(), free[k])) continue;
    c.within.push_back(static_cast<Index>(k));
    kept.push_back(free[k]);
  }
  c.gradient = restricted(enclose_gradient_accurately(problem, moved), kept, false);
  c.distance = weights.empty() ? 0.0 : frobenius_norm_upper(ConstMatrixView(weights.data(), static_cast<Index>(weights.size()), 1));
  return c;
}

Step step_from(const Centre& c, const Definite& H) { return newton_step(restricted(exact(H.M), c.within, true).mid, c.gradient); }

}  // namespace

std::optional<NetworkMinimum> prove_isolated_minimum(const Network& problem, std::span<const double> x) {
  const Index n = problem.layout().dimension();
  if (n > most_parameters || work(problem.data(), n) > most_work) return std::nullopt;
  const FloatingPointGuard guard;
  const std::optional<SymmetrySlice> slice = symmetry_slice(problem, x);
  if (!slice || static_cast<Index>(slice->fixed.size()) >= n) return std::nullopt;
  const std::vector<Index> free = others(n, slice->fixed);
  if (!looks_definite(problem, x, free)) return std::nullopt;
  // No sample reaches a kink within a box where second derivatives exist: units that are positive at x are so there.
  const SecondOrderEnclosure here = enclose_second_order(problem, x, 0.0);
  if (!here.exists) return std::nullopt;
  const std::optional<Definite> at_point = definite(restricted(here.hessian, free, true));
  const Centre from = centre(problem, x, free, slice->pinned);
  if (!at_point || !is_finite(from.gradient)) return std::nullopt;
  const Step first = step_from(from, *at_point);
  // With m = least/2 and rho <= least/4, (c) holds for radii of 2 |d| + 2 |g - M d| / least: twice as much is tried, and
  // no more than needed where the Hessian changes too fast.
  const double reach = add_up(first.length, div_up(first.residual, at_point->least)), m = 0.5 * at_point->least * (1.0 - 1e-3);
  for (const double factor : {4.0, 2.0}) {
    const double radius = add_up(mul_up(factor, reach), mul_up(2.0, from.distance));
    const SecondOrderEnclosure near = enclose_second_order(problem, x, radius);
    if (!near.exists) continue;
    const std::optional<Definite> on_ball = definite(restricted(near.hessian, free, true));
    if (!on_ball || !(mul_up(4.0, on_ball->rho) <= at_point->least) || !(on_ball->least >= add_up(m, on_ball->rho))) continue;
    const Step step = step_from(from, *on_ball);
    const double needed = add_up(mul_up(add_up(m, on_ball->rho), step.length), step.residual);
    if (needed <= mul_down(m, sub_down(radius, from.distance))) return NetworkMinimum{radius, m, slice->fixed};
  }
  return std::nullopt;
}

}  // namespace nadir
