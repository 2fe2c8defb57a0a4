#include "nadir/problems/network/check_model.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/problems/network/check_activation.hpp"

namespace nadir::network_check {
namespace {

using balls::Real;

constexpr Index chunk_size = 128;

Real count_of(const NetworkData& data, slong precision) { return Real(precision, static_cast<double>(data.num_samples())); }

template <class F>
balls::Matrix map(const balls::Matrix& A, const F& f) {
  balls::Matrix result(A.precision(), A.rows(), A.cols());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) result.set(i, j, f(A(i, j)));
  return result;
}

void add_column(const balls::Matrix& b, balls::Matrix& Z) {
  for (Index i = 0; i < Z.rows(); ++i)
    for (Index j = 0; j < Z.cols(); ++j) arb_add(Z.at(i, j), Z.at(i, j), b.at(i, 0), Z.precision());
}

balls::Matrix row_sums(const balls::Matrix& D) {
  balls::Matrix result(D.precision(), D.rows(), 1);
  for (Index i = 0; i < D.rows(); ++i)
    for (Index j = 0; j < D.cols(); ++j) arb_add(result.at(i, 0), result.at(i, 0), D.at(i, j), D.precision());
  return result;
}

balls::Matrix affine(const NetworkData& data, const Parameters& p, std::size_t l, const balls::Matrix& A) {
  balls::Matrix Z = p[data.weight_block(l)] * A;
  if (data.has_bias) add_column(p[data.bias_block(l)], Z);
  return Z;
}

Real target(const NetworkData& data, slong precision, Index i, Index sample) {
  if (data.labels.empty()) return Real(precision, data.y(i, sample));
  return Real(precision, data.labels[static_cast<std::size_t>(sample)] == i ? 1.0 : 0.0);
}

Real of_exp(const Real& x) {
  Real result(x.precision());
  arb_exp(result.get(), x.get(), x.precision());
  return result;
}

Real of_log(const Real& x) {
  Real result(x.precision());
  arb_log(result.get(), x.get(), x.precision());
  return result;
}

// The loss of a chunk: its sum, its derivatives by the outputs, and for cross-entropy the probabilities and the total
// weight of the targets.
struct Loss {
  Real sum;
  balls::Matrix delta, probability;
  std::vector<Real> weight;
};

// sum_c t_c (log sum_k e^{p_k} - p_c); a large class is subtracted first, for the sake of the radii only.
void entropy_of_sample(const NetworkData& data, const balls::Matrix& P, Index j, Index sample, Loss& loss) {
  const slong precision = P.precision();
  const Real shift = P(0, j);
  Real sum(precision), linear(precision), weight(precision);
  for (Index i = 0; i < P.rows(); ++i) {
    const Real e = of_exp(P(i, j) - shift), t = target(data, precision, i, sample);
    loss.probability.set(i, j, e);
    sum = sum + e;
    linear = linear + t * (P(i, j) - shift);
    weight = weight + t;
  }
  loss.sum = loss.sum + weight * of_log(sum) - linear;
  for (Index i = 0; i < P.rows(); ++i) {
    loss.probability.set(i, j, loss.probability(i, j) / sum);
    loss.delta.set(i, j, weight * loss.probability(i, j) - target(data, precision, i, sample));
  }
  loss.weight.push_back(weight);
}

Loss loss_of(const NetworkData& data, const balls::Matrix& P, Index first) {
  const slong precision = P.precision();
  Loss loss{Real(precision), balls::Matrix(precision, P.rows(), P.cols()), balls::Matrix(precision, 0, 0), {}};
  if (!data.is_cross_entropy) {
    loss.delta = P - balls::Matrix(precision, data.y.columns(first, P.cols()));
    loss.sum = 0.5 * squared_norm(loss.delta);
    return loss;
  }
  loss.probability = loss.delta;
  for (Index j = 0; j < P.cols(); ++j) entropy_of_sample(data, P, j, first + j, loss);
  return loss;
}

// n B/2 sum of squared weights
Real penalty_n(const NetworkData& data, const Parameters& p) {
  const slong precision = p.front().precision();
  Real squares(precision);
  if (data.weight_decay == 0.0) return squares;
  for (std::size_t l = 0; l < data.num_layers(); ++l) squares = squares + squared_norm(p[data.weight_block(l)]);
  return 0.5 * (data.weight_decay * (count_of(data, precision) * squares));
}

template <class F>
void for_chunks(const NetworkData& data, const F& f) {
  for (Index first = 0; first < data.num_samples(); first += chunk_size) f(first, std::min(chunk_size, data.num_samples() - first));
}

double as_double(const Real& x) { return arf_get_d(arb_midref(x.get()), ARF_RND_NEAR); }

// Sums of squares over all samples, of which the gradient's scale is made.
struct Squares {
  std::vector<double> deltas, inputs;
  double outputs = 0.0;
};

// sqrt of sum_l |D_l|^2/|D_L|^2 E^2 (|A_{l-1}|^2 + n with biases) + (B |W|)^2, E = (|P| + |Y|)/n.
double gradient_scale(const NetworkData& data, const Squares& s, double penalty) {
  const double n = static_cast<double>(data.num_samples());
  double targets = data.labels.empty() ? 0.0 : n;
  for (Index j = 0; j < data.y.cols; ++j)
    for (Index i = 0; i < data.y.rows; ++i) targets += data.y(i, j) * data.y(i, j);
  const double residual = (std::sqrt(s.outputs) + std::sqrt(targets)) / n, last = s.deltas.back();
  double sum = 2.0 * data.weight_decay * penalty;
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    const double gain = l + 1 == data.num_layers() || last == 0.0 ? 1.0 : s.deltas[l] / last;
    sum += gain * residual * residual * (s.inputs[l] + (data.has_bias ? n : 0.0));
  }
  return std::isfinite(sum) ? std::sqrt(sum) : 0.0;
}

// The sums over samples of n grad f, without the penalty, of one chunk.
class GradientPass {
 public:
  GradientPass(const NetworkData& data, const Parameters& p) : data_(data), p_(p) {
    for (const balls::Matrix& block : p) sums_.emplace_back(block.precision(), block.rows(), block.cols());
    squares_.deltas.assign(data.num_layers(), 0.0);
    squares_.inputs = squares_.deltas;
  }

  void run(Index first, Index count) {
    const std::size_t L = data_.num_layers();
    std::vector<balls::Matrix> A{balls::Matrix(p_.front().precision(), data_.x.columns(first, count))}, slopes;
    for (std::size_t l = 0; l < L; ++l) {
      balls::Matrix Z = affine(data_, p_, l, A[l]);
      squares_.inputs[l] += as_double(squared_norm(A[l]));
      if (l + 1 < L) slopes.push_back(activate(data_.activations[l], Z));
      A.push_back(std::move(Z));
    }
    const Loss loss = loss_of(data_, A[L], first);
    squares_.outputs += as_double(squared_norm(data_.is_cross_entropy ? loss.probability : A[L]));
    reverse(A, slopes, loss.delta);
  }

  Gradient finish() const {
    const slong precision = p_.front().precision();
    Gradient g{Real(precision)};
    g.is_exactly_zero = true;
    for (std::size_t block = 0; block < sums_.size(); ++block) {
      const bool is_weight = !data_.has_bias || block % 2 == 0;
      const balls::Matrix sum = is_weight && data_.weight_decay != 0.0
                                    ? sums_[block] + (data_.weight_decay * count_of(data_, precision)) * p_[block]
                                    : sums_[block];
      g.norm_squared_nn = g.norm_squared_nn + squared_norm(sum);
      g.is_exactly_zero = g.is_exactly_zero && is_exactly_zero(sum);
    }
    g.exists = exists_;
    const double n = static_cast<double>(data_.num_samples());
    g.scale = gradient_scale(data_, squares_, as_double(penalty_n(data_, p_)) / n);
    return g;
  }

 private:
  // Z <- s(Z); returns s'(Z).
  balls::Matrix activate(const Activation& s, balls::Matrix& Z) {
    balls::Matrix slope = Z;
    for (Index i = 0; i < Z.rows(); ++i)
      for (Index j = 0; j < Z.cols(); ++j) {
        const Jet at = jet(s, Z(i, j));
        exists_ = exists_ && at.has_first;
        slope.set(i, j, at.first);
        Z.set(i, j, at.value);
      }
    return slope;
  }

  void reverse(const std::vector<balls::Matrix>& A, const std::vector<balls::Matrix>& slopes, balls::Matrix D) {
    for (std::size_t l = data_.num_layers(); l-- > 0;) {
      balls::Matrix& W = sums_[data_.weight_block(l)];
      W = W + product_with_transpose(D, A[l]);
      if (data_.has_bias) {
        balls::Matrix& b = sums_[data_.bias_block(l)];
        b = b + row_sums(D);
      }
      squares_.deltas[l] += as_double(squared_norm(D));
      if (l > 0) D = entrywise_product(slopes[l - 1], transpose(p_[data_.weight_block(l)]) * D);
    }
  }

  const NetworkData& data_;
  const Parameters& p_;
  Parameters sums_;
  Squares squares_;
  bool exists_ = true;
};

// x + t u: value + first t + second t^2/2.
struct Line {
  balls::Matrix value, first, second;
};

Line affine_line(const NetworkData& data, const Parameters& p, const Parameters& u, std::size_t l, const Line& A) {
  const balls::Matrix &W = p[data.weight_block(l)], &U = u[data.weight_block(l)];
  Line Z{affine(data, p, l, A.value), U * A.value + W * A.first, W * A.second + Real(W.precision(), 2.0) * (U * A.first)};
  if (data.has_bias) add_column(u[data.bias_block(l)], Z.first);
  return Z;
}

void activate_line(const Activation& s, Line& Z, bool& exists) {
  for (Index i = 0; i < Z.value.rows(); ++i)
    for (Index j = 0; j < Z.value.cols(); ++j) {
      const Jet at = jet(s, Z.value(i, j));
      exists = exists && at.has_first && at.has_second;
      const Real slope = Z.first(i, j);
      Z.second.set(i, j, at.first * Z.second(i, j) + at.second * squared(slope));
      Z.first.set(i, j, at.first * slope);
      Z.value.set(i, j, at.value);
    }
}

// Of the loss along the line: sum D.P'' + P'.(Hessian by the outputs) P'.
Real loss_second_derivative(const NetworkData& data, const Line& P, Index first) {
  const Loss loss = loss_of(data, P.value, first);
  const Real sum = inner_product(loss.delta, P.second);
  if (!data.is_cross_entropy) return sum + squared_norm(P.first);
  const slong precision = P.value.precision();
  Real total = sum;
  for (Index j = 0; j < P.value.cols(); ++j) {
    Real mean(precision), squares(precision);
    for (Index i = 0; i < P.value.rows(); ++i) {
      const Real q = loss.probability(i, j), z = P.first(i, j);
      mean = mean + q * z;
      squares = squares + q * squared(z);
    }
    total = total + loss.weight[static_cast<std::size_t>(j)] * (squares - squared(mean));
  }
  return total;
}

}  // namespace

std::vector<Matrix> blocks(const Layout& layout, const std::map<std::string, Matrix>& arrays, const std::string& prefix) {
  std::vector<Matrix> result;
  for (const BlockShape& shape : layout.blocks()) {
    const auto it = arrays.find(prefix + shape.name);
    const std::string expected = std::to_string(shape.rows) + " x " + std::to_string(shape.cols);
    if (it == arrays.end()) throw InputError("point", "a block " + prefix + shape.name + " of shape " + expected, "none");
    if (it->second.rows() != shape.rows || it->second.cols() != shape.cols)
      throw InputError("point: block " + prefix + shape.name, expected, std::to_string(it->second.rows()) + " x " + std::to_string(it->second.cols()));
    result.push_back(it->second);
  }
  return result;
}

std::vector<Matrix> blocks(const Layout& layout, const Matrix& flat, const std::string& place) {
  if (flat.size() != layout.dimension()) throw InputError(place, std::to_string(layout.dimension()) + " numbers", std::to_string(flat.size()));
  std::vector<Matrix> result;
  for (std::size_t i = 0; i < layout.num_blocks(); ++i) result.emplace_back(layout.block(flat.flat(), i));
  return result;
}

Parameters parameters(slong precision, const std::vector<Matrix>& blocks, const std::vector<Matrix>& displacement) {
  Parameters p;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    p.emplace_back(precision, blocks[i]);
    if (!displacement.empty()) p[i] = p[i] + balls::Matrix(precision, displacement[i]);
  }
  return p;
}

Real value_n(const NetworkData& data, const Parameters& p) {
  const slong precision = p.front().precision();
  Real sum = penalty_n(data, p);
  for_chunks(data, [&](Index first, Index count) {
    balls::Matrix A(precision, data.x.columns(first, count));
    for (std::size_t l = 0; l < data.num_layers(); ++l) {
      A = affine(data, p, l, A);
      if (l + 1 < data.num_layers()) A = map(A, [&](const Real& z) { return value(data.activations[l], z); });
    }
    sum = sum + loss_of(data, A, first).sum;
  });
  return sum;
}

Gradient gradient(const NetworkData& data, const Parameters& p) {
  GradientPass pass(data, p);
  for_chunks(data, [&](Index first, Index count) { pass.run(first, count); });
  return pass.finish();
}

SecondDerivative second_derivative(const NetworkData& data, const Parameters& p, const Parameters& u) {
  const slong precision = p.front().precision();
  SecondDerivative result{2.0 * penalty_n(data, u)};
  for_chunks(data, [&](Index first, Index count) {
    Line A{balls::Matrix(precision, data.x.columns(first, count)), balls::Matrix(precision, data.x.rows, count), balls::Matrix(precision, data.x.rows, count)};
    for (std::size_t l = 0; l < data.num_layers(); ++l) {
      A = affine_line(data, p, u, l, A);
      if (l + 1 < data.num_layers()) activate_line(data.activations[l], A, result.exists);
    }
    result.along_n = result.along_n + loss_second_derivative(data, A, first);
  });
  return result;
}

}  // namespace nadir::network_check
