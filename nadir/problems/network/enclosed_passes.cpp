#include "nadir/problems/network/enclosed_passes.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/enclosed_function.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir::enclosed {
namespace {

constexpr Index columns_worth_a_thread = 64;

template <class F>
void for_columns(Index columns, const F& f) {
#pragma omp parallel for schedule(static) num_threads(num_threads()) if (columns >= 2 * columns_worth_a_thread)
  for (Index j = 0; j < columns; ++j) f(j);
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

}  // namespace

void set(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = x.is_thin() ? 0.0 : std::fmax(sub_up(x.upper, A.mid(i, j)), sub_up(A.mid(i, j), x.lower));
}

Parameters parameters(const Network& problem, std::span<const double> x, std::span<const double> displacement) {
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

Parameters parameters_within(const Network& problem, std::span<const double> x, double radius) {
  Parameters p = parameters(problem, x);
  for (auto* part : {&p.W, &p.b})
    for (BallMatrix& block : *part) std::fill_n(block.rad.data(), block.rad.size(), radius);
  return p;
}

BallMatrix row_sums(const BallMatrix& D) {
  const Matrix ones(D.cols(), 1, Vector(static_cast<std::size_t>(D.cols()), 1.0));
  return enclose_product(D, Op::none, ConstMatrixView(ones), Op::none);
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

BallMatrix pre_activation(const NetworkData& data, const Parameters& p, std::size_t l, const BallMatrix& A) {
  BallMatrix Z = enclose_product(p.W[l], A);
  if (data.has_bias) add_to_columns(p.b[l], Z);
  return Z;
}

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

Softmax enclose_softmax(const NetworkData& data, const BallMatrix& P, Index column, Index sample) {
  Softmax result{entropy(data, P, column, sample).probability};
  if (!data.labels.empty()) return result;
  result.weight = Interval::point(0.0);
  for (Index i = 0; i < P.rows(); ++i) result.weight = result.weight + Interval::point(data.y(i, sample));
  return result;
}

}  // namespace nadir::enclosed
