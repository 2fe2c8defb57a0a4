#include "nadir/problems/linear_network/escape_path.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/base/random.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr int num_draws = 24;          // random pairs and signs tried
constexpr int num_lengths = 40;        // lengths per draw, a factor of sqrt(2) apart
constexpr int num_path_samples = 16;   // where the value along the chosen path is looked at

struct Signal {
  std::vector<Matrix> spaces;    // S_l = V_l ... V_1 (F W), d_l x r
  std::vector<Matrix> cosignals; // U^T A_l, r x d_l
  Vector sigma;
  Vector u, v;                   // top left singular vector of the residual; v^T F = w^T
  double residual_sigma = 0.0;
};

Signal signal_at(const LinearNetwork& problem, std::span<const double> x, Index rank) {
  const LinearArchitecture& a = problem.architecture();
  const std::vector<Matrix> V = a.effective_weights(x);
  const Matrix& F = problem.data().factor;
  const Matrix P = chain_product(a, V, 0, V.size());
  const Svd map = svd(product(P, F));
  Matrix residual = problem.data().target;
  multiply(-1.0, P, Op::none, F, Op::none, 1.0, residual);
  const Svd rest = svd(residual);

  Signal s;
  s.sigma.assign(map.values.begin(), map.values.begin() + rank);
  s.spaces.push_back(product(F, Op::none, map.Vt.view().block(0, 0, rank, map.Vt.cols()), Op::transpose));
  for (std::size_t l = 0; l + 1 < V.size(); ++l) s.spaces.push_back(product(V[l], s.spaces[l]));
  s.cosignals.resize(V.size());
  s.cosignals[V.size() - 1] = product(map.U.view().columns(0, rank), Op::transpose, V.back(), Op::none);
  for (std::size_t l = V.size() - 1; l-- > 0;) s.cosignals[l] = product(s.cosignals[l + 1], V[l]);
  s.residual_sigma = rest.values.empty() ? 0.0 : rest.values[0];
  s.u.assign(rest.U.col(0), rest.U.col(0) + rest.U.rows());
  // v = F (F^T F)^{-1} w
  Matrix w(F.cols(), 1);
  for (Index i = 0; i < F.cols(); ++i) w(i, 0) = rest.Vt(0, i);
  const Matrix normal = product(F, Op::transpose, F, Op::none);
  solve_general(normal, w);
  const Matrix v = product(F, w);
  s.v.assign(v.flat().begin(), v.flat().end());
  return s;
}

// (I - S Sigma^{-1} C) g and (I - S Sigma^{-1} C)^T g, scaled to pair to 1; false if they hardly pair.
bool pair_at(const Matrix& S, const Matrix& C, const Vector& sigma, const Vector& g, Vector& alpha, Vector& beta) {
  const auto oblique = [&](ConstMatrixView space, Op space_op, ConstMatrixView dual, Op dual_op) {
    Vector coefficients(sigma.size()), result = g;
    if (sigma.empty()) return result;
    multiply_vector(1.0, dual, dual_op, g.data(), 0.0, coefficients.data());
    for (std::size_t i = 0; i < sigma.size(); ++i) coefficients[i] /= sigma[i];
    multiply_vector(-1.0, space, space_op, coefficients.data(), 1.0, result.data());
    return result;
  };
  alpha = oblique(S, Op::none, C, Op::none);
  beta = oblique(C, Op::transpose, S, Op::transpose);
  const double pairing = dot(beta, alpha);
  const double size = norm(alpha) * norm(beta);
  if (!(std::fabs(pairing) > 1e-3 * size)) return false;
  const double balance = std::sqrt(norm(beta) / norm(alpha) / std::fabs(pairing));
  scale(balance, alpha);
  scale(1.0 / (balance * pairing), beta);
  return true;
}

// One draw of pairs and signs: the displacement for t = 1, or nothing if some layer has no good pair.
std::optional<Vector> draw_direction(const LinearNetwork& problem, const Signal& s, Random& random) {
  const Layout& layout = problem.layout();
  const std::size_t H = layout.num_blocks();
  std::vector<Vector> alpha(H + 1), beta(H + 1);
  alpha[H] = s.u;
  beta[0] = s.v;
  for (std::size_t l = 1; l < H; ++l) {
    Vector g(static_cast<std::size_t>(layout[l].cols));
    random.fill_normal(g);
    if (!pair_at(s.spaces[l], s.cosignals[l], s.sigma, g, alpha[l], beta[l])) return std::nullopt;
    if (random.index(2) == 1) {
      scale(-1.0, alpha[l]);
      scale(-1.0, beta[l]);
    }
  }
  Vector direction(static_cast<std::size_t>(layout.dimension()));
  for (std::size_t l = 0; l < H; ++l) {
    const MatrixView block = layout.block(std::span<double>(direction), l);
    for (Index j = 0; j < block.cols; ++j)
      for (Index i = 0; i < block.rows; ++i) block(i, j) = alpha[l + 1][static_cast<std::size_t>(i)] * beta[l][static_cast<std::size_t>(j)];
  }
  return direction;
}

double value_at(const LinearNetwork& problem, std::span<const double> x, const Vector& direction, double t) {
  Vector moved(x.begin(), x.end());
  axpy(t, direction, moved);
  return problem.value(moved);
}

// The length with the lowest value along the direction, and what it gains.
std::pair<double, double> best_length(const LinearNetwork& problem, std::span<const double> x, const Vector& direction, double longest, double start_value) {
  double best_t = 0.0, decrease = 0.0;
  for (int k = 0; k < num_lengths; ++k) {
    const double t = longest * std::pow(2.0, -0.5 * k), gained = start_value - value_at(problem, x, direction, t);
    if (gained > decrease) decrease = gained, best_t = t;
  }
  return {best_t, decrease};
}

// No point of the path lies above its start, up to rounding.
bool is_downhill(const LinearNetwork& problem, std::span<const double> x, const Vector& direction, double t, double start_value) {
  for (int i = 1; i <= num_path_samples; ++i)
    if (value_at(problem, x, direction, t * i / num_path_samples) > start_value * (1.0 + 1e-12)) return false;
  return true;
}

}  // namespace

std::optional<Escape> find_escape_path(const LinearNetwork& problem, std::span<const double> x, Index rank, double least_decrease) {
  const LinearArchitecture& a = problem.architecture();
  const Signal s = signal_at(problem, x, rank);
  if (!(s.residual_sigma > 0.0) || rank >= a.narrowest()) return std::nullopt;
  const double value = problem.value(x);
  const double longest = 4.0 * std::pow(s.residual_sigma, 1.0 / static_cast<double>(a.num_layers()));
  Random random(0, 0);
  Escape best;
  bool best_is_downhill = false;
  for (int draw = 0; draw < num_draws; ++draw) {
    stop_point();
    const std::optional<Vector> direction = draw_direction(problem, s, random);
    if (!direction) continue;
    const auto [t, decrease] = best_length(problem, x, *direction, longest, value);
    if (!(decrease > least_decrease)) continue;
    const bool downhill = is_downhill(problem, x, *direction, t, value);
    if (downhill < best_is_downhill || (downhill == best_is_downhill && decrease <= best.decrease)) continue;
    best_is_downhill = downhill;
    best.decrease = decrease;
    best.displacement = *direction;
    scale(t, best.displacement);
  }
  if (best.displacement.empty()) return std::nullopt;
  best.kind = Escape::Kind::path;
  return best;
}

}  // namespace nadir
