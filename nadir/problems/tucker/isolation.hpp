// Proof that a local minimum lies near a point, the only one in a slice across the symmetries of the problem.
//
// f is constant along the orbits A_k -> A_k C_k, S -> S x_k C_k^{-1}, C_k invertible, so that no minimum is isolated. The
// slice through a point x fixes, in every A_k, r_k rows whose square block M_k is invertible.
//
// Theorem 1. Every orbit that has a point near x has exactly one point in the slice: A_k C_k has the block M_k in these
// rows for C_k = (its block)^{-1} M_k alone, which is near the identity. So a local minimum of f on the slice is one of f:
// points near it have, on the slice and near it, a point of the same value.
//
// On the slice f is a polynomial without symmetries, and the theorem of Newton and Kantorovich applies
// (rigor/newton_kantorovich.hpp). Coordinates are z = (S / c, free rows of A_k), c = `core_scale` a power of two near
// |S|: both of one size.
//
// Theorem 2. Let n_0 = |S| + c rho, n_k = |A_k|_2 + rho, w_0 = c, w_k = 1, and let m_b, m_be, m_bef be the products of all
// n but those of the blocks named, times their w. On the ball of radius rho around x, in z,
//   |D^3 f| <= 3 L_1 L_2 + (|R(x)| + L_1 rho) L_3,   L_1^2 = sum m_b^2, L_2^2 = sum m_be^2, L_3^2 = sum m_bef^2
// over distinct blocks. Proof: X is multilinear in the blocks, with |X| at most the product of |S|_F and the |A_k|_2;
// f''' = <X'', X'> + <X', X''> + ... (three terms) + <R, X'''>, and |sum a_be u_b v_e| <= |a|_F |u| |v|.
#pragma once

#include <optional>
#include <span>

#include "nadir/problems/tucker/enclosure.hpp"

namespace nadir {

struct TuckerMinimum {
  double radius = 0.0;            // Euclidean, in the blocks of the point: max(c, 1) times that in z
  double least_eigenvalue = 0.0;  // of the Hessian in z on the ball
  double core_scale = 1.0;        // c
  Vector slice;                   // places in the flat point of the coordinates that are fixed
};

// Up to 300 free coordinates and 4e6 entries of the Jacobian; without missing entries and regulariser. Nothing where
// the hypotheses could not be shown, which does not mean that there is no minimum.
std::optional<TuckerMinimum> prove_minimum_up_to_symmetry(const Tucker& problem, const TuckerEnclosure& here, std::span<const double> x);

}  // namespace nadir
