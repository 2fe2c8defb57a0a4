#include "nadir/problems/network/enclosure.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/problems/network/enclosed_passes.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using namespace enclosed;

constexpr Index chunk_size = 512;

// n times the gradient: the running sums over chunks.
struct GradientSums {
  std::vector<BallMatrix> W, b;
};

void reverse(const NetworkData& data, const Parameters& p, const std::vector<BallMatrix>& A, const std::vector<LayerDerivatives>& derivatives,
             BallMatrix D, GradientSums& sums) {
  for (std::size_t l = data.num_layers(); l-- > 0;) {
    sums.W[l] = add(sums.W[l], enclose_product(D, Op::none, A[l], Op::transpose));
    if (data.has_bias) sums.b[l] = add(sums.b[l], row_sums(D));
    if (l > 0) D = entrywise(derivatives[l - 1].slope, enclose_product(p.W[l], Op::transpose, D, Op::none));
  }
}

GradientSums zero_sums(const NetworkData& data) {
  GradientSums sums;
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    sums.W.emplace_back(data.widths[l + 1], data.widths[l]);
    if (data.has_bias) sums.b.emplace_back(data.widths[l + 1], 1);
  }
  return sums;
}

void finish_gradient(const NetworkData& data, const Parameters& p, GradientSums& sums, GradientEnclosure& result) {
  if (data.weight_decay != 0.0)
    for (std::size_t l = 0; l < data.num_layers(); ++l)
      sums.W[l] = add(sums.W[l], scale(samples(data) * Interval::point(data.weight_decay), p.W[l]));
  Interval squares = Interval::point(0.0);
  result.is_exactly_zero = true;
  for (const auto* part : {&sums.W, &sums.b})
    for (const BallMatrix& g : *part) {
      squares = squares + enclose_frobenius_norm_squared(g);
      result.is_exactly_zero = result.is_exactly_zero && max_magnitude(g) == 0.0;
    }
  result.norm = sqrt(squares) / samples(data);
}

// Values along x + t u: value + first t + second t^2/2.
struct Series {
  BallMatrix value, first, second;
};

// One layer's Z along the line.
Series series_layer(const NetworkData& data, const Parameters& p, const Parameters& u, std::size_t l, const Series& A) {
  Series Z{pre_activation(data, p, l, A.value), enclose_product(u.W[l], A.value), {}};
  if (data.has_bias) add_to_columns(u.b[l], Z.first);
  if (l == 0) {
    Z.second = BallMatrix(Z.value.rows(), Z.value.cols());
    return Z;
  }
  Z.first = add(Z.first, enclose_product(p.W[l], A.first));
  Z.second = add(enclose_product(p.W[l], A.second), scale(2.0, enclose_product(u.W[l], A.first)));
  return Z;
}

Series series_activation(const Activation& s, Series Z, bool& exists) {
  if (s.kind == ActivationKind::identity) return Z;
  LayerDerivatives d;
  Series A;
  A.value = activate(s, Z.value, &d);
  exists = exists && d.not_twice == 0;
  A.first = entrywise(d.slope, Z.first);
  A.second = add(entrywise(d.bend, entrywise(Z.first, Z.first)), entrywise(d.slope, Z.second));
  return A;
}

// n times the second derivative of the loss along the line, of one chunk.
Interval second_derivative(const NetworkData& data, const Series& P, Index first) {
  const LossEnclosure loss = enclose_loss(data, P.value, first);
  Interval sum = inner_product(loss.delta, P.second);
  if (!data.is_cross_entropy) return sum + enclose_frobenius_norm_squared(P.first);
  for (Index j = 0; j < P.value.cols(); ++j) {
    const Softmax softmax = enclose_softmax(data, P.value, j, first + j);
    Interval mean = Interval::point(0.0), squares = mean;
    for (Index i = 0; i < P.value.rows(); ++i) {
      const Interval z = P.first.entry(i, j), qi = softmax.probability[static_cast<std::size_t>(i)];
      mean = mean + qi * z;
      squares = squares + qi * sqr(z);
    }
    sum = sum + softmax.weight * never_negative(squares - sqr(mean));
  }
  return sum;
}

}  // namespace

Interval enclose_value(const Network& problem, std::span<const double> x, std::span<const double> displacement) {
  const NetworkData& data = problem.data();
  const Parameters p = parameters(problem, x, displacement);
  Interval sum = penalty_times_n(data, p);
  for_chunks(data, chunk_size, [&](Index first, Index count) {
    BallMatrix A = exact(data.x.columns(first, count));
    for (std::size_t l = 0; l < data.num_layers(); ++l) {
      A = pre_activation(data, p, l, A);
      if (data.activations[l].kind != ActivationKind::identity) A = activate(data.activations[l], A, nullptr);
    }
    sum = sum + enclose_loss(data, A, first).sum;
  });
  return never_negative(sum / samples(data));
}

GradientEnclosure enclose_gradient(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  const Parameters p = parameters(problem, x);
  const std::size_t L = data.num_layers();
  GradientEnclosure result;
  GradientSums sums = zero_sums(data);
  Interval sum = penalty_times_n(data, p);
  for_chunks(data, chunk_size, [&](Index first, Index count) {
    std::vector<BallMatrix> A{exact(data.x.columns(first, count))};
    std::vector<LayerDerivatives> derivatives(L);
    for (std::size_t l = 0; l < L; ++l) {
      const BallMatrix Z = pre_activation(data, p, l, A[l]);
      A.push_back(l + 1 < L ? activate(data.activations[l], Z, &derivatives[l]) : Z);
      result.undecided_kinks += derivatives[l].not_differentiable;
    }
    const LossEnclosure loss = enclose_loss(data, A[L], first);
    sum = sum + loss.sum;
    reverse(data, p, A, derivatives, loss.delta, sums);
  });
  result.value = never_negative(sum / samples(data));
  finish_gradient(data, p, sums, result);
  return result;
}

DirectionalCurvature enclose_curvature(const Network& problem, std::span<const double> x, std::span<const double> u) {
  const NetworkData& data = problem.data();
  const Parameters p = parameters(problem, x), direction = parameters(problem, u);
  DirectionalCurvature result;
  result.exists = true;
  Interval sum = Interval::point(2.0) * penalty_times_n(data, direction), squares = Interval::point(0.0);
  for_chunks(data, chunk_size, [&](Index first, Index count) {
    Series A{exact(data.x.columns(first, count)), {}, {}};
    for (std::size_t l = 0; l < data.num_layers(); ++l)
      A = series_activation(data.activations[l], series_layer(data, p, direction, l, A), result.exists);
    sum = sum + second_derivative(data, A, first);
  });
  for (const auto* part : {&direction.W, &direction.b})
    for (const BallMatrix& block : *part) squares = squares + enclose_frobenius_norm_squared(block);
  result.curvature = sum / (samples(data) * squares);
  return result;
}

}  // namespace nadir
