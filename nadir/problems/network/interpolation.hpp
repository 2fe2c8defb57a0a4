// An exact fit near a point, proved: a Newton-Kantorovich theorem for systems with more unknowns than equations, on
// the last two layers of a network; and the bound of the residual by the gradient.
//
// Theorem. Let F: R^p -> R^N be continuously differentiable on the closed ball of radius rho around x, J = F'(x) of
// full row rank with sigma_min(J) >= sigma > 0, |F'(y) - F'(x)|_2 <= K |y - x| on that ball. If the hypotheses of
// rigor/newton_kantorovich.hpp hold for defect |F(x)| / sigma, inverse defect 0, Lipschitz constant K / sigma and
// radius rho, with existence radius r, then F has a zero within r of x.
// Proof. With J J^T = L L^T put G(z) = L^-1 F(x + J^T L^-T z), z in R^N. J^T L^-T has orthonormal columns, so that it
// keeps lengths; |L^-1| <= 1/sigma, G'(0) = L^-1 J J^T L^-T = I, |G(0)| <= |F(x)| / sigma and
// |G'(z) - G'(0)| <= (K / sigma) |z| for |z| <= rho. The theorem there, with A = I, gives a zero z of G. QED.
// For a loss that is a sum of squares without decay, F = P - Y: then inf f = 0, and it is attained within r.
//
// Lipschitz constant, P_i = A h(V z_i) + b as a function of (V, A, b), |h'| <= h1, |h''| <= h2. For a unit vector
// (v, U, c), |v|_F^2 + |U|_F^2 <= 1, the second derivative of P_i is 2 U (h' * v z_i) + A (h'' * (v z_i)^2), of norm <=
// 2 h1 |U| |v z_i| + h2 alpha |v z_i|^2, alpha the greatest column norm of A. Summed over samples, with |vZ|_F <= |v||Z|_2,
// 2 |U| |v| <= 1 and |v z_i| <= |z_i|:
//   K <= |Z|_2 (h1 + h2 (alpha + rho) max |z_i|)       within rho of the point, where alpha grows by rho at most
// (a symmetric bilinear map on a Hilbert space has the norm of its quadratic form).
//   tanh      h1 = 1    h2 = 4 / (3 sqrt 3)   (2 t (1 - t^2) is greatest at t = 1/sqrt 3)
//   sigmoid   h1 = 1/4  h2 = 1 / (6 sqrt 3)   (sigmoid(z) = (1 + tanh(z/2)) / 2)
//   softplus  h1 = 1    h2 = 1/4              (its derivative is the sigmoid)
//   piecewise linear: h1 = max |slope|, h2 = 0, on the ball rho < min |V_k z_i| / |z_i| within which no sample reaches
//   a kink.
// Z may be the output of earlier layers of a deep network, known up to radii: they stay as they are.
//
// A negative answer does not say that no exact fit is near.
#pragma once

#include <optional>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// |F(x)| <= |J^T F(x)| / sigma_min(J) where J has full row rank: a critical point of |F|^2 there is a zero. J is
// N x p, `gradient_norm` an upper bound of |J^T F(x)|; infinity where the rank is not proved. Cost: a singular value
// decomposition.
double residual_bound(const BallMatrix& jacobian, double gradient_norm);

struct InterpolationBounds {
  double residual = 0.0;     // upper bound of |F(x)|
  double sigma = 0.0;        // lower bound of sigma_min(J)
  double lipschitz = 0.0;    // K, on the ball of radius max_radius
  double max_radius = 0.0;
};

// The radius r of the theorem; nullopt where its hypotheses are not met.
std::optional<double> exact_fit_radius(const InterpolationBounds& bounds);

// Last two layers around their input Z (q x n): Z with a row of ones where there are biases.
struct LastTwoLayers {
  BallMatrix inputs;      // Z
  Matrix hidden;          // V: m x q
  Matrix outer;           // A: d_y x m
  bool has_output_bias = true;
  BallMatrix activated;   // h(V Z): m x n
  BallMatrix slopes;      // h'(V Z): m x n
  double slope_bound = 1.0;      // h1
  double curvature_bound = 0.0;  // h2
  double max_radius = 1.0;       // rho
};

// P as a function of (V, A, b): row a + d_y i is output a of sample i; columns V by rows, then A by columns, then b.
BallMatrix last_two_layers_jacobian(const LastTwoLayers& network);
// K of the header, for the radius network.max_radius.
double last_two_layers_lipschitz(const LastTwoLayers& network);
// A radius within which no pre-activation V z_i reaches zero, from below; 0 where one may be zero.
double kink_free_radius(const BallMatrix& inputs, const Matrix& hidden);

struct InterpolationProof {
  double radius = 0.0;  // a zero of F lies within it
  InterpolationBounds bounds;
};

// The theorem for `residual` = P - Y (d_y x n). Nullopt also where n d_y exceeds the number of parameters or
// `max_rows` (the cost is that of a singular value decomposition of J). InputError where shapes disagree.
std::optional<InterpolationProof> prove_exact_fit(const LastTwoLayers& network, const BallMatrix& residual, Index max_rows = 1000);

}  // namespace nadir
