// The second-order half of the test in kinks.hpp: the sign of a quadratic form on the flat directions of a kink.
//
// In the notation of kinks.hpp, along a direction eta = (U, c, v) whose first-order term vanishes,
//   R(point + t eta) = R + t^2 q(eta) + o(t^2),
//   q(eta) = sum_i G_i^T U J_i (v z_i) + 1/2 sum_i |U o_i + c + A J_i (v z_i)|^2_{H_i},
// J_i the diagonal matrix of slopes that the signs of v_k z_i choose on kinks. The flat directions are the cones
// {sigma_ik v_k z_i >= 0} for each choice of signs sigma of the flat rays, v_k z_i = 0 on other kinks; a_k.u_k = V_k.v_k
// takes out the rescaling (V_k, a_k) -> (c V_k, a_k / c), which leaves R alone. [YunSraJadbabaie2019, Alg. 3]
//
// On a cone {s >= 0} x {t free}, q = 1/2 (s, t)^T Q (s, t) is positive off 0 iff Q_tt > 0 and the Schur complement S is
// strictly copositive; it is not negative iff Q_tt >= 0, the null space of Q_tt lies in that of Q_st and S is copositive.
// The minimum of s^T S s on the simplex is found on every face: at a minimiser of least support the system
// [S_II 1; 1^T 0] is regular (moving along a null vector would keep the value and reach the boundary), so solving
// the regular ones of the 2^L systems finds it.
//
// All of this is floating point and a tolerance: a help to decide, never a proof.
#pragma once

#include <vector>

#include "nadir/problems/network/kinks.hpp"

namespace nadir::internal {

// A sample on the kink of a neuron, and which of its rays are flat.
struct KinkPair {
  Index neuron = 0, sample = 0;
  bool plus_is_flat = false, minus_is_flat = false;
};

struct KinkCurvature {
  enum class Sign { positive, semidefinite, negative } sign = Sign::semidefinite;
  KinkDirection direction;  // where negative
};

// `slopes_off_kink` (m x n) holds h'(V z) with any value on the pairs. The cost is 2^(flat rays + both flat) dense
// problems of the size of the number of parameters; the caller limits both.
KinkCurvature examine_kink_curvature(const KinkCase& point, const Matrix& slopes_off_kink, const std::vector<KinkPair>& pairs);

// The least value of s^T S s on the simplex {s >= 0, sum s = 1} and where it is taken; S symmetric, at most 20 rows.
struct SimplexMinimum {
  double value = 0.0;
  Vector at;
};
SimplexMinimum minimise_on_simplex(const Matrix& S);

}  // namespace nadir::internal
