#include "nadir/problems/network/enclosure.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/enclosed_function.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index chunk_size = 512;
constexpr Index columns_worth_a_thread = 64;

void set(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = x.is_thin() ? 0.0 : std::fmax(sub_up(x.upper, A.mid(i, j)), sub_up(A.mid(i, j), x.lower));
}

template <class F>
void for_columns(Index columns, const F& f) {
#pragma omp parallel for schedule(static) num_threads(num_threads()) if (columns >= 2 * columns_worth_a_thread)
  for (Index j = 0; j < columns; ++j) f(j);
}

void add_to_columns(const BallMatrix& column, BallMatrix& Z) {
  for (Index j = 0; j < Z.cols(); ++j)
    for (Index i = 0; i < Z.rows(); ++i) set(Z, i, j, Z.entry(i, j) + column.entry(i, 0));
}

BallMatrix entrywise(const BallMatrix& A, const BallMatrix& B) {
  BallMatrix C(A.rows(), A.cols());
  for_columns(A.cols(), [&](Index j) {
    for (Index i = 0; i < A.rows(); ++i) set(C, i, j, A.entry(i, j) * B.entry(i, j));
  });
  return C;
}

struct Parameters {
  std::vector<BallMatrix> W, b;
};

Parameters parameters(const Network& problem, std::span<const double> x, std::span<const double> displacement = {}) {
  const NetworkData& data = problem.data();
  const auto block = [&](std::size_t index) {
    const BallMatrix here = exact(problem.layout().block(x, index));
    return displacement.empty() ? here : add(here, exact(problem.layout().block(displacement, index)));
  };
  Parameters p;
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    p.W.push_back(block(data.weight_block(l)));
    if (data.has_bias) p.b.push_back(block(data.bias_block(l)));
  }
  return p;
}

// Of one sample: loss and its derivatives by the outputs, not divided by n.
struct SampleLoss {
  Interval value = Interval::point(0.0);
  std::vector<Interval> delta, probability;
};

// log sum_k e^{p_k - p_c} and the probabilities, through differences from one output: c is any class.
SampleLoss label_loss(const BallMatrix& P, Index j, Index label) {
  const Index classes = P.rows();
  SampleLoss loss;
  loss.delta.resize(static_cast<std::size_t>(classes));
  Index top = 0;
  for (Index i = 1; i < classes; ++i)
    if (P.mid(i, j) > P.mid(top, j)) top = i;
  std::vector<Interval>& e = loss.probability;
  Interval others = Interval::point(0.0);
  for (Index i = 0; i < classes; ++i) {
    e.push_back(i == top ? Interval::point(1.0) : enclose_exp(P.entry(i, j) - P.entry(top, j)));
    if (i != top) others = others + e.back();
  }
  const Interval total = Interval::point(1.0) + others;
  Interval wrong = Interval::point(0.0);
  for (Index i = 0; i < classes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    e[at] = e[at] / total;
    if (i != label) wrong = wrong + e[at];
    loss.delta[at] = e[at];
  }
  loss.delta[static_cast<std::size_t>(label)] = -wrong;
  loss.value = enclose_log1p(others);
  if (label != top) loss.value = loss.value + (P.entry(top, j) - P.entry(label, j));
  return loss;
}

SampleLoss probability_loss(const BallMatrix& P, ConstMatrixView Y, Index j, Index sample) {
  Index top = 0;
  for (Index i = 1; i < P.rows(); ++i)
    if (P.mid(i, j) > P.mid(top, j)) top = i;
  SampleLoss loss = label_loss(P, j, top);
  const Interval log_sum = loss.value;
  Interval weight = Interval::point(0.0);
  loss.value = Interval::point(0.0);
  for (Index i = 0; i < P.rows(); ++i) {
    const Interval t = Interval::point(Y(i, sample));
    weight = weight + t;
    if (i != top) loss.value = loss.value + t * (P.entry(top, j) - P.entry(i, j));
  }
  loss.value = loss.value + weight * log_sum;
  for (Index i = 0; i < P.rows(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    loss.delta[at] = weight * loss.probability[at] - Interval::point(Y(i, sample));
  }
  return loss;
}

SampleLoss entropy(const NetworkData& data, const BallMatrix& P, Index j, Index sample) {
  return data.labels.empty() ? probability_loss(P, data.y, j, sample) : label_loss(P, j, data.labels[static_cast<std::size_t>(sample)]);
}

struct LossEnclosure {
  Interval sum = Interval::point(0.0);  // of the losses
  BallMatrix delta;                     // derivatives by the outputs, times n
};

LossEnclosure enclose_loss(const NetworkData& data, const BallMatrix& P, Index first) {
  LossEnclosure result;
  if (!data.is_cross_entropy) {
    result.delta = subtract(P, exact(data.y.columns(first, P.cols())));
    result.sum = Interval::point(0.5) * enclose_frobenius_norm_squared(result.delta);
    return result;
  }
  result.delta = BallMatrix(P.rows(), P.cols());
  std::vector<Interval> losses(static_cast<std::size_t>(P.cols()));
  for_columns(P.cols(), [&](Index j) {
    const SampleLoss loss = entropy(data, P, j, first + j);
    losses[static_cast<std::size_t>(j)] = loss.value;
    for (Index i = 0; i < P.rows(); ++i) set(result.delta, i, j, loss.delta[static_cast<std::size_t>(i)]);
  });
  for (const Interval& loss : losses) result.sum = result.sum + loss;
  return result;
}

// n B/2 sum of squared weights
Interval penalty_times_n(const NetworkData& data, const Parameters& p) {
  Interval squares = Interval::point(0.0);
  if (data.weight_decay == 0.0) return squares;
  for (const BallMatrix& W : p.W) squares = squares + enclose_frobenius_norm_squared(W);
  return Interval::point(0.5 * data.weight_decay) * Interval::point(static_cast<double>(data.num_samples())) * squares;
}

Interval samples(const NetworkData& data) { return Interval::point(static_cast<double>(data.num_samples())); }

BallMatrix pre_activation(const NetworkData& data, const Parameters& p, std::size_t l, const BallMatrix& A) {
  BallMatrix Z = enclose_product(p.W[l], A);
  if (data.has_bias) add_to_columns(p.b[l], Z);
  return Z;
}

// Z -> s(Z); slopes and bends where asked for.
struct LayerDerivatives {
  BallMatrix slope, bend;
  Index not_differentiable = 0, not_twice = 0;
};

BallMatrix activate(const Activation& s, const BallMatrix& Z, LayerDerivatives* derivatives) {
  BallMatrix A(Z.rows(), Z.cols());
  if (!derivatives) {
    for_columns(Z.cols(), [&](Index j) {
      for (Index i = 0; i < Z.rows(); ++i) set(A, i, j, enclose_activation_value(s, Z.entry(i, j)));
    });
    return A;
  }
  derivatives->slope = derivatives->bend = A;
  std::vector<Index> kinks(static_cast<std::size_t>(Z.cols()), 0), jumps = kinks;
  for_columns(Z.cols(), [&](Index j) {
    for (Index i = 0; i < Z.rows(); ++i) {
      const ActivationEnclosure a = enclose_activation(s, Z.entry(i, j));
      set(A, i, j, a.value);
      set(derivatives->slope, i, j, a.first);
      set(derivatives->bend, i, j, a.second);
      kinks[static_cast<std::size_t>(j)] += a.is_differentiable ? 0 : 1;
      jumps[static_cast<std::size_t>(j)] += a.is_twice_differentiable ? 0 : 1;
    }
  });
  for (const Index k : kinks) derivatives->not_differentiable += k;
  for (const Index k : jumps) derivatives->not_twice += k;
  return A;
}

template <class F>
void for_chunks(const NetworkData& data, const F& f) {
  for (Index first = 0; first < data.num_samples(); first += chunk_size) f(first, std::min(chunk_size, data.num_samples() - first));
}

Interval never_negative(const Interval& x) { return {std::fmax(x.lower, 0.0), x.upper}; }

// n times the gradient: the running sums over chunks.
struct GradientSums {
  std::vector<BallMatrix> W, b;
};

BallMatrix row_sums(const BallMatrix& D) {
  const Matrix ones(D.cols(), 1, Vector(static_cast<std::size_t>(D.cols()), 1.0));
  return enclose_product(D, Op::none, ConstMatrixView(ones), Op::none);
}

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
    const std::vector<Interval> q = entropy(data, P.value, j, first + j).probability;
    Interval mean = Interval::point(0.0), squares = mean, weight = Interval::point(data.labels.empty() ? 0.0 : 1.0);
    for (Index i = 0; i < P.value.rows(); ++i) {
      const Interval z = P.first.entry(i, j), qi = q[static_cast<std::size_t>(i)];
      mean = mean + qi * z;
      squares = squares + qi * sqr(z);
      if (data.labels.empty()) weight = weight + Interval::point(data.y(i, first + j));
    }
    sum = sum + weight * never_negative(squares - sqr(mean));
  }
  return sum;
}

}  // namespace

Interval enclose_value(const Network& problem, std::span<const double> x, std::span<const double> displacement) {
  const NetworkData& data = problem.data();
  const Parameters p = parameters(problem, x, displacement);
  Interval sum = penalty_times_n(data, p);
  for_chunks(data, [&](Index first, Index count) {
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
  for_chunks(data, [&](Index first, Index count) {
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
  for_chunks(data, [&](Index first, Index count) {
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
