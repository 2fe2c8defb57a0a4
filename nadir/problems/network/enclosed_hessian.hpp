// The whole gradient and Hessian of a network's loss, enclosed for every point of a box around a point.
//
// Notation of data.hpp and passes.hpp; e is the input of a layer with a row of ones for its biases, V = [W b]. Of one
// sample, with S_l = d^2 f/dZ_l^2 (through the layers above l), D_l = df/dZ_l, G_l = df/dA_l and m >= l:
//   S_L = the loss' Hessian by the outputs,
//   S_l = diag(s') W_{l+1}^T S_{l+1} W_{l+1} diag(s') + diag(G_l s''),
//   d^2 f / dV_m(i,j) dV_l(k,q) = (S_m dZ_m/dZ_l)(i,k) e_{m-1}(j) e_{l-1}(q) + [m > l] D_m(i) (dA_{m-1}/dZ_l)(j,k) e_{l-1}(q),
// because df/dV_m(i,j) = D_m(i) e_{m-1}(j) and V_l moves Z_l by e_{l-1}. Samples are summed by products of matrices, so
// that the cost is about n p^2 multiplications, four times over for the radii, for p parameters.
#pragma once

#include <span>

#include "nadir/problems/network/network.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

struct SecondOrderEnclosure {
  BallMatrix gradient;  // p x 1
  BallMatrix hessian;   // p x p, midpoints exactly symmetric
  // Every activation is twice differentiable wherever it is used for a point of the box. Where not, the rest says nothing.
  bool exists = false;
};

// For all points y with |y_i - x_i| <= radius; 0: at x.
SecondOrderEnclosure enclose_second_order(const Network& problem, std::span<const double> x, double radius);

}  // namespace nadir
