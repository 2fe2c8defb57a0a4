// Spurious local minima by construction: points that are provably local minima of a two-layer network, each with a
// point that is better.
//
// [YunSraJadbabaie2019b, Thm 1], d_y = 1, at least two hidden units, h(t) = max(s+ t, 0) + min(s- t, 0) with s+ > 0,
// s- >= 0, s+ != s-, targets that no affine map fits. With the least-squares fit yb_i = w.x_i + c and
// e = min(-1, 2 min yb_i), the point
//   W1 = [w; 0], b1 = [c - e; -e], W2 = [1/s+, 0], b2 = e
// has positive pre-activations on all data, so it is affine near the data and optimal among affine maps. With the
// samples in the order of yb, j a place where the partial sum of (yb_i - y_i) is not zero and yb_j < yb_{j+1}, the point
//   W1 = [w; -w], b1 = [c - beta + g; -c + beta + g], W2 = (1, -1) / (s+ + s-), b2 = beta,
//   beta = (yb_j + yb_{j+1})/2, 0 < |g| <= (yb_{j+1} - yb_j)/4, sign g = sign(partial sum) sign(s+ - s-)
// moves the first j outputs by -g q and the others by g q, q = (s+ - s-)/(s+ + s-), which changes the sum of squares
// by -4 q g (partial sum) + n q^2 g^2. The j and g with the lowest value are taken.
//
// [YunSraJadbabaie2019b, Thm 2], smooth activations: X = [1 0 1/2; 0 1 1/2], Y = (0, 0, 1), two hidden units. With
// b1 = 0, b2 = 0, W1 = [v1 v1; v2 v2], W2 = (u1, u2) and u1 h(v1) + u2 h(v2) = 1/3 all outputs are 1/3, and the sum of
// squares is 2/3, which is a local minimum where the second-order conditions of the theorem hold.
#pragma once

#include "nadir/linalg/matrix.hpp"
#include "nadir/problems/network/kinks.hpp"

namespace nadir {

struct TwoLayerPoint {
  Matrix W1;   // m x d
  Matrix b1;   // m x 1
  Matrix W2;   // 1 x m
  Matrix b2;   // 1 x 1
};

struct SpuriousMinimum {
  TwoLayerPoint minimum, better;
};

// Thm 1 from data X (d x n) and y (1 x n) for m >= 2 units; others than the first two are zero but for the bias
// that keeps them active. In floating point: locally_linear.hpp proves what is true of the rounded point. InputError
// for m < 2, slopes outside the theorem, dependent inputs, targets that an affine map fits, or where no j exists (then
// their appendix A.2 has another construction, which is not here).
SpuriousMinimum make_piecewise_linear_minimum(ConstMatrixView X, ConstMatrixView y, Index m, const KinkSlopes& slopes);

// Thm 2's data.
struct SmallExample {
  Matrix X, Y;
};
SmallExample three_points();
// The sigmoid's local minimum, v = (-1, -1), u = (1 + e)/6 each.
TwoLayerPoint make_sigmoid_minimum();
// Relu's, v = (1, 1), u = (1/6, 1/6), beside a point without residual.
SpuriousMinimum make_relu_minimum_of_three_points();

}  // namespace nadir
