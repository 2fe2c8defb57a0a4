#include "nadir/problems/network/theorems.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/problems/network/enclosed_function.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

std::optional<KinkSlopes> slopes_of(const Activation& a) {
  switch (a.kind) {
    case ActivationKind::identity: return KinkSlopes{1.0, 1.0};
    case ActivationKind::relu: return KinkSlopes{1.0, 0.0};
    case ActivationKind::leaky_relu: return KinkSlopes{1.0, a.parameter};
    default: return std::nullopt;
  }
}

// Upper bounds of |h'| and |h''|; the second is 0 for piecewise linear ones. nullopt: not derived here.
struct DerivativeBounds {
  double first = 1.0, second = 0.0;
};

std::optional<DerivativeBounds> bounds_of(const Activation& a) {
  const Interval root3 = sqrt(Interval::point(3.0));
  switch (a.kind) {
    case ActivationKind::tanh: return DerivativeBounds{1.0, (Interval::point(4.0) / (Interval::point(3.0) * root3)).upper};
    case ActivationKind::sigmoid: return DerivativeBounds{0.25, (Interval::point(1.0) / (Interval::point(6.0) * root3)).upper};
    case ActivationKind::softplus: return DerivativeBounds{1.0, 0.25};
    default: break;
  }
  const std::optional<KinkSlopes> s = slopes_of(a);
  if (!s) return std::nullopt;
  return DerivativeBounds{std::fmax(std::fabs(s->plus), std::fabs(s->minus)), 0.0};
}

bool has_plain_squares(const NetworkData& data) { return !data.is_cross_entropy && data.weight_decay == 0.0; }

void set(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = std::fmax(sub_up(x.upper, x.mid()), sub_up(x.mid(), x.lower));
}

BallMatrix with_ones(const BallMatrix& A) {
  BallMatrix result(A.rows() + 1, A.cols());
  for (Index j = 0; j < A.cols(); ++j) {
    std::copy_n(A.mid.col(j), A.rows(), result.mid.col(j));
    std::copy_n(A.rad.col(j), A.rows(), result.rad.col(j));
    result.mid(A.rows(), j) = 1.0;
  }
  return result;
}

// [W b], or W without biases.
Matrix extended_weights(const Network& problem, std::span<const double> x, std::size_t layer) {
  const NetworkData& data = problem.data();
  const ConstMatrixView W = problem.layout().block(x, data.weight_block(layer));
  if (!data.has_bias) return Matrix(W);
  const ConstMatrixView b = problem.layout().block(x, data.bias_block(layer));
  Matrix V(W.rows, W.cols + 1);
  for (Index j = 0; j < W.cols; ++j) std::copy_n(W.col(j), W.rows, V.col(j));
  std::copy_n(b.data, W.rows, V.col(W.cols));
  return V;
}

// The layer's input with the row of ones where there are biases.
BallMatrix extended(const NetworkData& data, const BallMatrix& A) { return data.has_bias ? with_ones(A) : A; }

BallMatrix activated(const Activation& a, const BallMatrix& z, BallMatrix* slopes) {
  BallMatrix result(z.rows(), z.cols());
  if (slopes) *slopes = result;
  for (Index i = 0; i < z.cols(); ++i)
    for (Index k = 0; k < z.rows(); ++k) {
      const ActivationEnclosure e = enclose_activation(a, z.entry(k, i));
      set(result, k, i, e.value);
      if (slopes) set(*slopes, k, i, e.is_differentiable ? e.first : Interval::whole());
    }
  return result;
}

struct OutputLoss {
  BallMatrix gradients;
  Matrix hessians;
};

// Softmax minus targets, times the total weight of the targets, and its derivative.
OutputLoss entropy(const NetworkData& data, const BallMatrix& P) {
  const Index d = P.rows();
  OutputLoss loss{BallMatrix(d, P.cols()), Matrix(d * d, P.cols())};
  for (Index i = 0; i < P.cols(); ++i) {
    double shift = P.mid(0, i);
    for (Index a = 1; a < d; ++a) shift = std::fmax(shift, P.mid(a, i));
    std::vector<Interval> e;
    Interval sum = Interval::point(0.0), weight = Interval::point(0.0);
    const auto target = [&](Index a) {
      if (data.labels.empty()) return data.y(a, i);
      return data.labels[static_cast<std::size_t>(i)] == a ? 1.0 : 0.0;
    };
    for (Index a = 0; a < d; ++a) {
      e.push_back(enclose_exp(P.entry(a, i) - Interval::point(shift)));
      sum = sum + e.back();
      weight = weight + Interval::point(target(a));
    }
    for (Index a = 0; a < d; ++a) {
      e[static_cast<std::size_t>(a)] = e[static_cast<std::size_t>(a)] / sum;
      set(loss.gradients, a, i, weight * e[static_cast<std::size_t>(a)] - Interval::point(target(a)));
    }
    for (Index a = 0; a < d; ++a)
      for (Index b = 0; b < d; ++b) {
        const double pa = e[static_cast<std::size_t>(a)].mid(), pb = e[static_cast<std::size_t>(b)].mid();
        loss.hessians(a + d * b, i) = weight.mid() * ((a == b ? pa : 0.0) - pa * pb);
      }
  }
  return loss;
}

}  // namespace

std::optional<KinkCase> kink_case(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  if (data.num_layers() != 2 || data.weight_decay != 0.0) return std::nullopt;
  const std::optional<KinkSlopes> slopes = slopes_of(data.activations.front());
  if (!slopes || slopes->plus == slopes->minus) return std::nullopt;
  const FloatingPointGuard guard;
  KinkCase c;
  c.slopes = *slopes;
  c.hidden = extended_weights(problem, x, 0);
  c.outer = Matrix(problem.layout().block(x, data.weight_block(1)));
  c.has_output_bias = data.has_bias;
  const BallMatrix inputs = extended(data, exact(data.x));
  c.inputs = inputs.mid;
  const BallMatrix hidden = activated(data.activations.front(), enclose_product(c.hidden, c.inputs), nullptr);
  const BallMatrix P = enclose_product(extended_weights(problem, x, 1), Op::none, extended(data, hidden), Op::none);
  if (data.is_cross_entropy) {
    OutputLoss loss = entropy(data, P);
    c.loss_gradients = std::move(loss.gradients);
    c.loss_hessians = std::move(loss.hessians);
  } else {
    c.loss_gradients = subtract(P, exact(data.y));
  }
  return c;
}

Vector as_displacement(const Network& problem, const KinkDirection& v) {
  const NetworkData& data = problem.data();
  Vector to(static_cast<std::size_t>(problem.layout().dimension()));
  const MatrixView W = problem.layout().block(std::span<double>(to), data.weight_block(0));
  const MatrixView A = problem.layout().block(std::span<double>(to), data.weight_block(1));
  for (Index j = 0; j < W.cols; ++j) std::copy_n(v.hidden.col(j), W.rows, W.col(j));
  for (Index k = 0; k < A.cols; ++k) std::copy_n(v.outer.col(k), A.rows, A.col(k));
  if (data.has_bias) {
    std::copy_n(v.hidden.col(W.cols), W.rows, problem.layout().block(std::span<double>(to), data.bias_block(0)).data);
    std::copy(v.output_bias.begin(), v.output_bias.end(), problem.layout().block(std::span<double>(to), data.bias_block(1)).data);
  }
  return to;
}

std::optional<std::vector<PiecewiseLinearLayer>> piecewise_linear_layers(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  if (!has_plain_squares(data)) return std::nullopt;
  std::vector<PiecewiseLinearLayer> layers;
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    const std::optional<KinkSlopes> slopes = slopes_of(data.activations[l]);
    if (!slopes) return std::nullopt;
    PiecewiseLinearLayer layer{Matrix(problem.layout().block(x, data.weight_block(l))), {}, *slopes};
    if (data.has_bias) {
      const ConstMatrixView b = problem.layout().block(x, data.bias_block(l));
      layer.bias.assign(b.data, b.data + b.rows);
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::optional<ExactFitCase> exact_fit_case(const Network& problem, std::span<const double> x, double work) {
  const NetworkData& data = problem.data();
  const std::size_t L = data.num_layers();
  if (L < 2 || !has_plain_squares(data)) return std::nullopt;
  const Activation& last = data.activations[L - 2];
  const std::optional<DerivativeBounds> derivatives = bounds_of(last);
  const double rows = static_cast<double>(data.num_samples()) * static_cast<double>(data.widths.back());
  const double bias = data.has_bias ? 1.0 : 0.0;
  const double parameters = static_cast<double>(data.widths[L - 1]) * (static_cast<double>(data.widths[L - 2]) + bias) +
                            static_cast<double>(data.widths[L]) * (static_cast<double>(data.widths[L - 1]) + bias);
  if (!derivatives || rows > parameters || rows * rows * parameters > work) return std::nullopt;
  const FloatingPointGuard guard;
  BallMatrix a = exact(data.x);
  for (std::size_t l = 0; l + 2 < L; ++l)
    a = activated(data.activations[l], enclose_product(extended_weights(problem, x, l), Op::none, extended(data, a), Op::none), nullptr);
  ExactFitCase c;
  c.layers.inputs = extended(data, a);
  c.layers.hidden = extended_weights(problem, x, L - 2);
  c.layers.outer = Matrix(problem.layout().block(x, data.weight_block(L - 1)));
  c.layers.has_output_bias = data.has_bias;
  const BallMatrix z = enclose_product(c.layers.hidden, Op::none, c.layers.inputs, Op::none);
  c.layers.activated = activated(last, z, &c.layers.slopes);
  c.layers.slope_bound = derivatives->first;
  c.layers.curvature_bound = derivatives->second;
  // Beyond this radius, relative to the outer weights, the bound on h'' only grows.
  const double size = frobenius_norm_upper(c.layers.outer) + 1e-3;
  c.layers.max_radius = last.has_kink() ? std::fmin(kink_free_radius(c.layers.inputs, c.layers.hidden), size) : 0.5 * size;
  c.residual = subtract(enclose_product(extended_weights(problem, x, L - 1), Op::none, extended(data, c.layers.activated), Op::none), exact(data.y));
  return c;
}

}  // namespace nadir
