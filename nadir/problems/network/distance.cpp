#include "nadir/problems/network/distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// Incoming weights, bias and outgoing weights of the units of one hidden layer.
class Units {
 public:
  Units(const NetworkData& data, Point& point, std::size_t layer)
      : in_(point.block(data.weight_block(layer))), out_(point.block(data.weight_block(layer + 1))) {
    if (data.has_bias) bias_ = point.block(data.bias_block(layer));
  }

  Index count() const { return in_.rows; }
  double incoming_length(Index i) const {
    double length = bias_.rows > 0 ? std::fabs(bias_(i, 0)) : 0.0;
    for (Index j = 0; j < in_.cols; ++j) length = std::hypot(length, in_(i, j));
    return length;
  }
  double outgoing_length(Index i) const { return norm({out_.col(i), static_cast<std::size_t>(out_.rows)}); }

  void scale(Index i, double incoming, double outgoing) {
    for (Index j = 0; j < in_.cols; ++j) in_(i, j) *= incoming;
    if (bias_.rows > 0) bias_(i, 0) *= incoming;
    for (Index j = 0; j < out_.rows; ++j) out_(j, i) *= outgoing;
  }
  void swap(Index i, Index k) {
    if (i == k) return;
    for (Index j = 0; j < in_.cols; ++j) std::swap(in_(i, j), in_(k, j));
    if (bias_.rows > 0) std::swap(bias_(i, 0), bias_(k, 0));
    for (Index j = 0; j < out_.rows; ++j) std::swap(out_(j, i), out_(j, k));
  }

  // |unit i - sign * unit k of the other|^2; of the outgoing weights only the lengths where their places may differ.
  double distance(Index i, const Units& other, Index k, double sign, bool has_fixed_outputs) const {
    double sum = bias_.rows > 0 ? square(bias_(i, 0) - sign * other.bias_(k, 0)) : 0.0;
    for (Index j = 0; j < in_.cols; ++j) sum += square(in_(i, j) - sign * other.in_(k, j));
    if (!has_fixed_outputs) return sum + square(outgoing_length(i) - other.outgoing_length(k));
    for (Index j = 0; j < out_.rows; ++j) sum += square(out_(j, i) - sign * other.out_(j, k));
    return sum;
  }

 private:
  static double square(double x) { return x * x; }

  MatrixView in_, bias_, out_;
};

void take_off_mean(MatrixView A) {
  for (Index j = 0; j < A.cols; ++j) {
    double mean = 0.0;
    for (Index i = 0; i < A.rows; ++i) mean += A(i, j) / static_cast<double>(A.rows);
    for (Index i = 0; i < A.rows; ++i) A(i, j) -= mean;
  }
}

Point standardised(const NetworkData& data, Point point) {
  const std::size_t last = data.num_layers() - 1;
  for (std::size_t l = 0; l < last && data.weight_decay == 0.0; ++l) {
    if (!data.activations[l].is_homogeneous()) continue;
    Units units(data, point, l);
    for (Index i = 0; i < units.count(); ++i)
      if (const double length = units.incoming_length(i); length > 0.0) units.scale(i, 1.0 / length, length);
  }
  if (data.is_cross_entropy && data.weight_decay == 0.0) take_off_mean(point.block(data.weight_block(last)));
  if (data.is_cross_entropy && data.has_bias) take_off_mean(point.block(data.bias_block(last)));
  return point;
}

bool is_odd(const Activation& activation) {
  return activation.kind == ActivationKind::tanh || activation.kind == ActivationKind::identity;
}

// Brings the nearest of the units i, i + 1, ... of b to place i, with the nearer sign.
void match(const Units& a, Units& b, Index i, bool has_signs, bool has_fixed_outputs) {
  Index nearest = i;
  double least = std::numeric_limits<double>::infinity(), sign = 1.0;
  for (Index k = i; k < b.count(); ++k)
    for (const double s : {1.0, -1.0}) {
      if (s < 0.0 && !has_signs) continue;
      const double distance = a.distance(i, b, k, s, has_fixed_outputs);
      if (!(distance < least)) continue;
      least = distance;
      nearest = k;
      sign = s;
    }
  b.swap(i, nearest);
  if (sign < 0.0) b.scale(i, sign, sign);
}

}  // namespace

double relative_network_distance(const NetworkData& data, const Point& first, const Point& second) {
  Point a = standardised(data, first), b = standardised(data, second);
  for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
    const Units units_of_a(data, a, l);
    Units units_of_b(data, b, l);
    for (Index i = 0; i < units_of_b.count(); ++i)
      match(units_of_a, units_of_b, i, is_odd(data.activations[l]), l + 2 == data.num_layers());
  }
  const double larger = std::max(norm(a.values), norm(b.values));
  axpy(-1.0, a.values, b.values);
  const double distance = norm(b.values);
  return distance == 0.0 ? 0.0 : distance / larger;
}

}  // namespace nadir
