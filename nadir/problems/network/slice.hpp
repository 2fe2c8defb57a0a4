// A slice across the symmetries that move a network's weights without changing its loss: coordinates to hold fixed, so
// that a minimum within the slice is one among all weights.
//
// Let S be the points that share the coordinates F with x0. If every x near a point s of S is carried to a point of S near
// s by a map that leaves f unchanged, then a local minimum of f within S at s is one of f among all points. Symmetries,
// and what is fixed for them:
//   (1) rescaling of a unit of relu or leaky-relu, no weight decay: incoming weights and bias times c > 0, outgoing weights
//       divided by c. Fixed: one incoming weight or the bias, which is not 0; c = fixed value / present value.
//   (2) units that are linear near the point (those of identity, and units of relu, leaky-relu and elu whose pre-activations
//       are positive on all samples), k of a layer: a shift of their biases b -> b + t, b_{l+1} -> b_{l+1} - W_{l+1} t, which
//       weight decay does not see; without decay also a change of basis, [W b] -> M [W b], W_{l+1} -> W_{l+1} M^-1 for the
//       rows and columns of these units. Fixed: their biases, t = fixed values - present ones (after M); and k columns of
//       their rows of W_l that form an invertible B0; M = B0 B^-1 for the present block B.
//   (3) cross-entropy: adding a constant to all outputs of a sample changes nothing. All output biases move by one
//       number; without weight decay the rows of W_L move by one vector. Fixed: one entry a column.
// All at once: layers first to last, (3) at the end. What (1) and (2) do to layer l changes [W_l b_l] and
// [W_{l+1} b_{l+1}] only, so that entries fixed in earlier layers stay, and c, M and t of layer l + 1, formed of what layer
// l left, are near the identity still, because the fixed entries of x are near those of s (and units that are positive on
// all samples at s stay so); (3) changes layer L alone, in which no hidden unit has a fixed entry. So every x near s has
// such a map. QED.
// Nothing is lost by fixing fewer entries: the slice is larger then, and its minimum says more.
//
// Idle units. A hidden unit whose incoming and outgoing weights all are 0 leaves f unchanged whatever its bias: not a
// symmetry, since other points have none, but a flat direction of a minimum to which weight decay drives many units.
// Fix the biases of some units, too, and let y be a critical point of f among those points of S at which all weights of
// these units are 0. Then y is critical in S. For df/dv = s(b) df/db' with the bias b' of the unit that v goes to, because
// s(b) is all that it receives; and df/db' = 0, as b' is free, or the bias of an idle unit, on which nothing depends, or
// fixed for (3), where the other outputs' determine it, or fixed for (2), where it is a sum of such derivatives of the
// next layer. And df/dw = 0, as the outgoing weights are 0. If the Hessian within S is at least m > 0 near y, y is a local
// minimum of f: with other biases of the idle units the same weights are critical with the same value, by the same
// argument, and the Hessian is positive definite there, too, if they are near; so no point near y has a lower value.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "nadir/problems/network/network.hpp"

namespace nadir {

struct SymmetrySlice {
  std::vector<Index> fixed;   // indices in the flat point, ascending; empty where there is nothing to fix
  std::vector<Index> pinned;  // the weights of idle units, ascending: 0 at the minimum, free to move in the slice
};

// Fixed are the largest entry of each unit, for (2) columns found by elimination, and with weight decay the biases of
// units whose weights are below a millionth of the point's largest entry. Nullopt where a unit has no entry but zeros, or
// (2) no invertible block that is shown to be one.
std::optional<SymmetrySlice> symmetry_slice(const Network& problem, std::span<const double> x);

}  // namespace nadir
