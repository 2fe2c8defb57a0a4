// The check of linear-network's certificates: every claim re-derived in ball arithmetic from the definition
//
//   f(W) = 1/(2n) |P X - Y|_F^2 + 1/2 sum_l sum_ij B_l,ij W_l,ij^2,   P = V_H ... V_1,
//   V_l = W_l, or I + W_l where `residual` is set and the layer is square.
//
// Kinds of claim: those of core/certificate.hpp. Witnesses, entries of witness.npz:
//   direction          flat vector of the point's dimension (blocks one after another, column-major)
//   escape             the same; without it the blocks escape/W1, ... of point.npz
//   better             the same
//   lower_bound/P0     d_out x d_in, an approximate least-squares solution, zero outside the kept columns
//   lower_bound/kept   1 x rho, the rows of X (from 0) that span the others
//   lower_bound/dependencies   optional, d_in x (rho + 1): row f holds integers a_1, ..., a_rho, b with
//                      b X_f = sum_j a_j X_kept(j), b != 0
// The theorems are proved in check_bound.hpp (lower-bound, gap) and check_model.hpp (isolated-minimum).
#pragma once

#include <memory>

#include "nadir/verify/check.hpp"

namespace nadir {

std::unique_ptr<FamilyCheck> make_linear_network_check();

}  // namespace nadir
