// Flat spurious minima, proved: where every unit of a piecewise linear network keeps one sign on all data, the network
// is an affine map near the point, and a point that is as good as the best affine map is a local minimum.
//
// Setting: layers A_l = h_l(W_l A_{l-1} + b_l) with h_l(t) = max(s+ t, 0) + min(s- t, 0), the last one without h. With
// Rs = P - Y the loss is S = 1/2 |Rs|_F^2, without weight decay. Xt is X with a row of ones below where there are biases, X
// otherwise; Pi the projector on the row space of Xt.
//
// Theorem (the argument of [YunSraJadbabaie2019b, Thm 1], for a given point). Suppose that
//   H1  every pre-activation of every hidden unit has one sign on all samples, and none is zero.
// Then on an open set U around the point each h_l acts on all samples of a unit as multiplication by one number, so
// P = M(theta) Xt for a continuous M, and on U
//   S(theta) >= S* := min_M 1/2 |M Xt - Y|^2 = S(point) - 1/2 |Rs Pi|^2.
// (a) If Rs Xt^T = 0 then S(point) = S*, and the point is a local minimum.
// (b) Let n_r := |Rs Pi| <= |Rs Xt^T| / sqrt(lambda), lambda <= lambda_min(Xt Xt^T), lambda > 0. Let At be the last hidden
//     layer's output with the row of ones where there are biases. If sigma := sigma_r(At) > 0 for r = rows(Xt), then a local
//     minimum with value S* lies within n_r / sigma of the point: At = C Xt has the row space of Xt, so the output
//     layer alone, changed by -(Rs Pi) At^+, reaches S*, and U does not depend on the output layer.
// (c) For two layers, D the slopes of the hidden units: if sigma := sigma_{d_y}(W_2 D) > 0 then the first layer,
//     changed by V = -(W_2 D)^+ (Rs Pi Xt^+), reaches S*; |V| <= n_r / (sqrt(lambda) sigma). It stays in U if
//     |V| max |xt_i| < min |pre-activation|.
// Where rows of Xt are dependent (a pixel that is 0 in all samples), Xt stands in (b) and (c) for independent rows of it
// that span the same space: as many as its exact rank.
// A value below S* elsewhere makes that minimum spurious. The minimum is never strict where hidden weights can be
// rescaled. Not proved here: that a point that fails is none.
#pragma once

#include <string>
#include <vector>

#include "nadir/linalg/matrix.hpp"
#include "nadir/problems/network/kinks.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

struct PiecewiseLinearLayer {
  Matrix weight;              // d_l x d_{l-1}
  Vector bias;                // d_l entries; empty in all layers or in none
  KinkSlopes slopes{1, 1};    // of the units' activation; not used in the last layer. {1, 1} is the identity
};

struct LocallyAffineReport {
  bool is_locally_affine = false;      // H1
  bool is_minimum = false;             // (a), (b) or (c): a local minimum with value S* lies within `radius`
  Interval half_squares;               // S(point); the loss 1/(2n) sum of squares is S / n
  double gap = 0.0;                    // upper bound of S(point) - S*, where locally affine and the data have full rank
  double optimum_lower = 0.0;          // lower bound of S*, likewise; -infinity if unknown
  double radius = 0.0;                 // 0: the point itself
  std::string reason;                  // where is_minimum is false
};

// Everything in the report is proved. `X` is d_0 x n, `Y` d_L x n. InputError where shapes do not fit, biases are
// given for some layers only, or there is no layer.
LocallyAffineReport examine_locally_affine(const std::vector<PiecewiseLinearLayer>& layers, ConstMatrixView X, ConstMatrixView Y);

}  // namespace nadir
