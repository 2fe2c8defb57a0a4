// The bracket closed: tensors of three modes of which one has rank one and few entries.
//
// Let mode m have rank 1 and extent n, and let r be the lesser of the other two ranks. For a unit vector x in R^n let
// T(x) = sum_k x_k T_k, T_k the slices of T along m, and g(x) = (sum_{i <= r} sigma_i(T(x))^2)^{1/2}. Then
//   min |T - X|^2 = |T|^2 - max_{|x| = 1} g(x)^2,
// because with A_m = x the best rest is the truncated singular value decomposition of T(x). The tail bound of the other
// modes can be far below; this maximum can be bounded over all of the sphere.
//
// Theorem. g is a norm of T(x) (Ky Fan 2-r), so convex, homogeneous and even. Let a cone be spanned by v_1, ..., v_n,
// g_i >= g(v_i), and c a vector with <c, v_i> >= g_i for all i. Every unit vector x = sum l_i v_i, l_i >= 0, of the cone has
//   g(x) <= sum l_i g_i <= <c, x> <= |c|.
// With V^T c = g the bound exceeds the maximum by the square of the cone's width: branch and bound over cones. Of the 2^n
// orthants half suffice. A cone is split at v_i 2^a + v_j, a sum that doubles hold exactly, so that the two halves cover it.
//
// Branch and bound on the sphere for rank-one approximation is not new; that every step is proved, and the tree is a
// witness that a checker walks through again, is what the theorem is written for.
#pragma once

#include <optional>
#include <vector>

#include "nadir/linalg/tensor.hpp"

namespace nadir {

struct SphereBound {
  bool is_proved = false;      // g^2 <= `greatest` on the whole sphere
  double greatest = 0.0;
  Matrix cells;                // 3 x nodes: (i, j, a) for a split, (-1, 0, 0) for a leaf; cones in order, halves after their parent:
                               // first v_i 2^a + v_j in the place of v_i, then in the place of v_j
  std::optional<Vector> above;  // a direction with g^2 > greatest in floating point: then nothing is proved
};

// Tries to prove that bound with at most max_nodes cones. The tensor has three modes.
SphereBound bound_over_sphere(TensorView<double> T, int mode, Index rank, double greatest, Index max_nodes);

}  // namespace nadir
