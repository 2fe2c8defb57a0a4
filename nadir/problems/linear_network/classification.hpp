// The second-order theory of critical points, as floating-point checks.
//
// [AchourMalgouyresGerchinovitz2024, Thm 1], in the form that needs no assumption on the spectrum and works on
// the reduced data (so that directions in which X has no variation do not count as rank). At a critical point
// with r = rank(P F), E = (P X - Y) X^T, G_ij = A_i^T E B_j^T, B_j = V_{j-1} ... V_1:
//   f = L*_k                              global minimiser
//   f > L*_r                              strict saddle: P is not an optimum of its own rank
//   f = L*_r, r < k, some pivot open      strict saddle
//   f = L*_r, r < k, all pivots tightened degenerate saddle: positive semidefinite Hessian, not a local minimum
// The pivot (i, j), i > j, is tightened iff rank(V_{i-1} ... V_{j+1}) = r or G_ij = 0, else open.
// Our statement of "tightened" uses G_ij instead of the rank of the paper's second block; the two agree at
// critical points, and G_ij is the factor that stands in the Hessian.
//
// Ranks are numerical: `is_clear` is false where a singular value lies near the threshold, and then no verdict
// may rest on them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {

struct RankDecision {
  Index rank = 0;
  double gap = 0.0;       // s_r / s_{r+1}; infinity if s_{r+1} = 0 or r is full
  bool is_clear = false;  // gap >= 1e3
};
// Singular values above tol * scale count.
RankDecision decide_rank(ConstMatrixView A, double scale, double tol = 1e-9);

struct Pivot {
  std::size_t i = 0, j = 0;  // layers, counted from 1, i > j
  Index rank = 0;            // of V_{i-1} ... V_{j+1}
  double coupling = 0.0;     // |G_ij| relative to what it would be if nothing cancelled
};

struct Classification {
  enum class Kind { global_minimum, strict_saddle, degenerate_saddle, unclear };
  Kind kind = Kind::unclear;
  RankDecision rank;                // of P on the data
  double optimum_of_rank = 0.0;     // L*_r
  double optimum = 0.0;             // L*_k
  std::optional<Pivot> open_pivot;  // the witness of strictness, where it comes from a pivot
};

// Presumes that x is critical and that there is no penalty. `value_tol` is relative to |Y|^2/(2n).
Classification classify(const LinearNetwork& problem, std::span<const double> x, double value_tol = 1e-9);

}  // namespace nadir
