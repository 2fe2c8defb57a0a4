// A step size under which gradient descent on deep linear networks provably descends and stays nearly balanced
// [NguegnangRauhutTerstiege2024].
#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/network_instance.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/starts.hpp"

namespace nadir {
namespace {

constexpr int num_steps = 20000;
constexpr double alpha = 0.5;

double spectral_norm(ConstMatrixView A) { return svd(A).values.front(); }

// max_j |W_{j+1}^T W_{j+1} - W_j W_j^T|_2
double imbalance(const Point& point) {
  double worst = 0.0;
  for (std::size_t l = 0; l + 1 < point.layout.num_blocks(); ++l) {
    Matrix difference = product(point.block(l + 1), Op::transpose, point.block(l + 1), Op::none);
    multiply(-1.0, point.block(l), Op::none, point.block(l), Op::transpose, 1.0, difference);
    worst = std::max(worst, spectral_norm(difference));
  }
  return worst;
}

// The largest step of the theorem: M = (sqrt(2 L(0)) + |Y|)/sigma_min(X), K = M^{2/N} + (N+1)^2 delta,
// B = 2 e N K^{N-1} |X|^2 + sqrt(e) N K^{N/2-1} |X Y^T|, eta = 2 (1-alpha) delta / (4 L(0) + (1-alpha) delta B).
double admissible_step(const NetworkInstance& net, double loss, double delta) {
  const double N = static_cast<double>(net.problem.architecture().num_layers());
  const Vector s = svd(net.X).values;
  const double M = (std::sqrt(2.0 * loss) + frobenius_norm(net.Y)) / s.back();
  const double K = std::pow(M, 2.0 / N) + (N + 1.0) * (N + 1.0) * delta;
  const double B = 2.0 * std::numbers::e * N * std::pow(K, N - 1.0) * s.front() * s.front() +
                   std::sqrt(std::numbers::e) * N * std::pow(K, N / 2.0 - 1.0) * spectral_norm(product(net.X, Op::none, net.Y, Op::transpose));
  return 2.0 * (1.0 - alpha) * delta / (4.0 * loss + (1.0 - alpha) * delta * B);
}

struct Descent {
  std::int64_t monotone_steps = 0, balanced_steps = 0;
  double loss = 0.0;
};

Descent descend(const NetworkInstance& net, Point point) {
  const double n = net.num_samples(), delta = imbalance(point) / alpha;
  Descent d{.loss = n * net.problem.value(point.values)};
  const double step = admissible_step(net, d.loss, delta);
  Vector gradient(point.values.size());
  for (int t = 0; t < num_steps; ++t) {
    net.problem.expand(point.values)->gradient(gradient);
    axpy(-step * n, gradient, point.values);
    const double loss = n * net.problem.value(point.values);
    // Values that agree to rounding are the same value: at the limit the sequence is constant.
    d.monotone_steps += loss <= d.loss * (1.0 + 1e-15);
    d.balanced_steps += imbalance(point) <= delta;
    d.loss = loss;
  }
  return d;
}

Reproduction run(std::uint64_t seed) {
  const Matrix X = Matrix::from_rows({{1, 0, 1}, {0, 1, 1}}), Y = Matrix::from_rows({{2, 0, 1}, {0, 1, 1}});
  Reproduction result;
  for (const std::size_t layers : {2, 3, 4}) {
    const NetworkInstance net(X, Y, std::vector<Index>(layers + 1, 2));
    const Descent d = descend(net, linear_network_start(net.problem, "random", seed, layers));
    const std::string name = "N = " + std::to_string(layers);
    result.rows.push_back(always_row(name + ": steps", "the loss never rises", d.monotone_steps, num_steps));
    result.rows.push_back(always_row(name + ": steps", "imbalance at most delta", d.balanced_steps, num_steps));
    if (layers == 2) result.rows.push_back(close_row(name + ": loss reached", 1.0 / 6.0, d.loss, 1e-12, "closed form of the minimum"));
  }
  return result;
}

}  // namespace

PublishedClaim nguegnang_2024() {
  return {"nguegnang-2024", "Nguegnang, Rauhut, Terstiege 2024: step sizes for which gradient descent on linear networks converges",
          "X = [1 0 1; 0 1 1], Y = [2 0 1; 0 1 1], 2, 3 and 4 matrices of 2 x 2, random starts, alpha 1/2, 20000 steps of the theorem's "
          "largest size: descent and balance at every step, and the global minimum for two matrices to 1e-12",
          run};
}

}  // namespace nadir
