// Gradient descent on wide deep linear networks as [HuXiaoPennington2020] and [WangLinAbernethy2021] set it up.
//
//   l(W) = 1/2 |alpha W_L ... W_1 X - Y|_F^2,  alpha = 1/sqrt(m^{L-1} d_out),  W_t+1 = W_t - eta grad + beta (W_t - W_t-1)
//
// d_in = 16, d_out = 10, 32 samples, hidden width m; X and W* Gaussian, Y = W* X, so that the least value is 0;
// drawn until X is conditioned well enough (kappa <= 25) for a few hundred steps to tell rates apart.
// m^{L-1} overflows for deep networks; with V_l = W_l/sqrt(m), V_L = W_L/sqrt(d_out) the product needs no alpha
// and the step of layer l is eta divided by the square of its scale.
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {

struct WideData {
  Matrix X, Y;
  double largest = 0.0;    // singular value of X
  double condition = 0.0;  // kappa: the ratio of the extreme eigenvalues of X X^T
};
WideData wide_data(std::uint64_t seed);

class WideNetwork {
 public:
  WideNetwork(const WideData& data, std::size_t depth, Index width);

  // W_1^T W_1 = m I, W_l W_l^T = m I, uniformly distributed; or independent standard normal entries.
  Vector orthogonal_start(Random& random) const;
  Vector gaussian_start(Random& random) const;
  // |alpha W_L ... W_1 X - Y|_F after 0, 1, ..., num_steps steps; ends early where it overflows.
  std::vector<double> residuals(Vector start, double step, double momentum, int num_steps) const;

 private:
  double layer_scale(std::size_t layer) const;

  LinearNetwork problem_;
};

}  // namespace nadir
