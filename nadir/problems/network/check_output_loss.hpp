// The loss of a network as a function of its outputs, in ball arithmetic: gradient and Hessian products, times n. Included
// by the .cpp files of this folder's checks only.
#pragma once

#include <optional>
#include <vector>

#include "nadir/problems/network/data.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::network_check {

// At the outputs P of samples first, first + 1, ...: a column a sample.
class OutputLoss {
 public:
  OutputLoss(const NetworkData& data, const balls::Matrix& P, Index first);

  const balls::Matrix& gradient() const { return gradient_; }
  // v itself for the squared loss; weight (q o v - q q.v) for softmax probabilities q.
  balls::Matrix hessian_times(balls::Matrix v) const;

 private:
  balls::Real target(slong precision, Index i, Index sample) const;
  void add_softmax(const balls::Matrix& P, Index s, Index sample);

  const NetworkData& data_;
  balls::Matrix gradient_;
  std::optional<balls::Matrix> probability_;
  std::vector<balls::Real> weights_;
};

}  // namespace nadir::network_check
