#include "nadir/problems/network/check_output_loss.hpp"

namespace nadir::network_check {

using balls::Real;

OutputLoss::OutputLoss(const NetworkData& data, const balls::Matrix& P, Index first) : data_(data), gradient_(P) {
  if (!data.is_cross_entropy) {
    gradient_ = P - balls::Matrix(P.precision(), data.y.columns(first, P.cols()));
    return;
  }
  for (Index s = 0; s < P.cols(); ++s) add_softmax(P, s, first + s);
  probability_ = gradient_;
  for (Index s = 0; s < P.cols(); ++s)
    for (Index i = 0; i < P.rows(); ++i)
      gradient_.set(i, s, weights_[static_cast<std::size_t>(s)] * gradient_(i, s) - target(P.precision(), i, first + s));
}

balls::Matrix OutputLoss::hessian_times(balls::Matrix v) const {
  if (!data_.is_cross_entropy) return v;
  for (Index s = 0; s < v.cols(); ++s) {
    Real mean(v.precision());
    for (Index i = 0; i < v.rows(); ++i) mean = mean + (*probability_)(i, s) * v(i, s);
    for (Index i = 0; i < v.rows(); ++i) v.set(i, s, weights_[static_cast<std::size_t>(s)] * ((*probability_)(i, s) * (v(i, s) - mean)));
  }
  return v;
}

Real OutputLoss::target(slong precision, Index i, Index sample) const {
  if (data_.labels.empty()) return Real(precision, data_.y(i, sample));
  return Real(precision, data_.labels[static_cast<std::size_t>(sample)] == i ? 1.0 : 0.0);
}

// q_i = 1 / sum_k e^{P_k - P_i}
void OutputLoss::add_softmax(const balls::Matrix& P, Index s, Index sample) {
  const slong precision = P.precision();
  Real weight(precision);
  for (Index i = 0; i < P.rows(); ++i) {
    Real sum(precision, 1.0);
    for (Index k = 0; k < P.rows(); ++k) {
      if (k == i) continue;
      Real e = P(k, s) - P(i, s);
      arb_exp(e.get(), e.get(), precision);
      sum = sum + e;
    }
    gradient_.set(i, s, Real(precision, 1.0) / sum);
    weight = weight + target(precision, i, sample);
  }
  weights_.push_back(weight);
}

}  // namespace nadir::network_check
