// Is a two-layer network with a kinked activation at a local minimum? The exact first- and second-order test of
// [YunSraJadbabaie2019], at points where data lie on the kinks.
//
//   Y_i = A h(V z_i) + b,   h(t) = max(s+ t, 0) + min(s- t, 0),  s+ != s-,   R = sum_i l_i(Y_i),  l_i convex, C2
// V (m x q) holds rows (w_k, b_k), z_i (q) is the input, with a 1 below it where the hidden layer has biases; A is
// d_y x m with columns a_k. G_i = grad l_i, H_i its Hessian. B_k = {i: V_k z_i = 0} are the samples on the kink of
// neuron k, o_i = h(V z_i), and C_k = sum_{i not in B_k} h'(V_k z_i) G_i z_i^T (d_y x q).
// Assumption: {z_i : i in B_k} is linearly independent for every k. Then t_i = z_i.v, i in B_k, are free coordinates
// of a perturbation v of V_k.
//
// First order. With sum_i G_i o_i^T = 0 and sum_i G_i = 0 (the output layer is stationary) the one-sided derivative
// of R along (v_1, ..., v_m) is sum_k a_k^T Psi_k(v_k), Psi_k(v) = C_k v + sum_{i in B_k} h(t_i) G_i. Write
// C_k = sum_{i in B_k} gamma_i z_i^T + C'_k, C'_k z_i = 0 on B_k, gamma_i in R^{d_y}. Then
//   Psi_k(v) = C'_k v + sum_{t_i > 0} t_i p_i^+ - sum_{t_i < 0} |t_i| p_i^-,   p_i^{+-} = gamma_i + s+- G_i,
// so that no direction descends IFF a_k^T C'_k = 0, a_k^T p_i^+ >= 0 and a_k^T p_i^- <= 0 for all k and i in B_k. (The
// quadratic program of [YunSraJadbabaie2019, Alg. 2] has this closed form because the t_i are free.) Rays with equality
// are flat.
//
// Theorem (convexity test; for d_y = 1 it decides). The point is a local minimum, possibly not strict, if
//   (i)   sum_i G_i o_i^T = 0, and sum_i G_i = 0 where there is an output bias,
//   (ii)  C'_k = 0 for every k, and for every i in B_k and each sign: a_k^T p_i^+ > 0 or p_i^+ = 0, and
//         a_k^T p_i^- < 0 or p_i^- = 0.
// Proof. For a small perturbation (u_k on a_k, v_k on V_k, c on b) no sample off a kink crosses it, so
// dY_i = sum_k [u_k h(V_k z_i) + (a_k + u_k)(h(V_k z_i + z_i.v_k) - h(V_k z_i))] + c. By convexity
// R(new) - R >= sum_i G_i.dY_i = (terms that vanish by (i)) + sum_k (a_k + u_k)^T Psi_k(v_k), and by (ii)
// each (a_k + u_k)^T Psi_k(v_k) = sum |t_i| (a_k + u_k)^T (+-p_i^{+-}) is not negative for small u_k. QED.
// For d_y = 1 the conditions are also necessary: a violation for a_k != 0 is a violation of first order, and for a_k = 0
// there is v with Psi_k(v) != 0, along which (u_k, v_k) = (-eps Psi_k(v), v) changes R by -eps |Psi_k(v)|^2 + O(eps^2).
//
// Second order, otherwise: the sign of the quadratic form q (kinks_second_order.hpp) on the flat directions.
// Not covered: weight decay, deeper networks, dependent {z_i} (a neuron with zero weights and many samples).
#pragma once

#include <optional>
#include <string>

#include "nadir/core/verdict.hpp"
#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// h(t) = plus * t for t >= 0 and minus * t for t <= 0.
struct KinkSlopes {
  double plus = 1.0, minus = 0.0;
};

struct KinkCase {
  Matrix hidden;               // V: m x q
  Matrix outer;                // A: d_y x m
  bool has_output_bias = true;
  Matrix inputs;               // z: q x n
  KinkSlopes slopes;
  BallMatrix loss_gradients;   // G: d_y x n, up to a positive factor that H shares; radius 0 where exact
  Matrix loss_hessians;        // H: d_y^2 x n, column i is H_i; empty: `hessian_scale` times the identity
  double hessian_scale = 1.0;
};

struct KinkOptions {
  // |V_k z_i| up to this times |V_k| |z_i| counts as on the kink. 0: only what rounding cannot tell from zero. Points
  // of a solver that stopped near a kink need 1e-5 or so [YunSraJadbabaie2019, sec. 4].
  double boundary_tol = 0.0;
  // Sums count as zero up to this times the sum of the absolute values of their terms.
  double zero_tol = 1e-9;
  Index max_flat_rays = 10;      // the second-order test costs 2^rays
  Index max_dimension = 600;     // of the parameters, for the dense second-order test; O(n^3)
};

// A perturbation of the point; what is absent from the case is empty.
struct KinkDirection {
  Matrix hidden, outer;
  Vector output_bias;
  int order = 1;           // 1: the one-sided derivative is negative; 2: it is zero and the curvature negative
  Interval derivative;     // one-sided derivative of R (with G as given) along it, enclosed
};

enum class KinkStanding {
  undecided,                // reason says why
  local_minimum,            // perhaps not strict
  second_order_stationary,  // no direction descends at first or second order; higher orders were not examined
  descends                  // `direction` leads downhill
};

struct KinkReport {
  KinkStanding standing = KinkStanding::undecided;
  // proved: every comparison behind the standing is certain, whatever the rounding. local_minimum: the convexity
  // test. descends at first order: direction->derivative.upper < 0. All else is numerical.
  Rigor rigor = Rigor::numerical;
  // The quadratic form is positive on all flat directions orthogonal to the rescaling of neurons (numerically): the
  // minimum is strict but for rescaling.
  bool is_strict = false;
  std::string reason;
  Index boundary_pairs = 0;  // sum_k |B_k|, [YunSraJadbabaie2019]'s M
  Index flat_rays = 0;       // pairs with a flat ray, their L
  Index both_flat = 0;       // pairs with both rays flat, their K
  std::optional<KinkDirection> direction;
};

// InputError where shapes disagree, s+ = s- or the slopes are not finite. `undecided` and a `numerical` standing prove
// nothing; a proved local_minimum says nothing about a global one.
KinkReport examine_kinks(const KinkCase& point, const KinkOptions& options = {});

// The one-sided derivative of R along the direction, enclosed; kinks that rounding cannot tell are allowed for.
Interval kink_derivative(const KinkCase& point, const KinkDirection& direction);

}  // namespace nadir
