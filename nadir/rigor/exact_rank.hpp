// Rank and linear dependence of matrices of doubles, exactly, over the rational numbers.
//
// A double is an integer times a power of two, so a matrix of doubles has a rank in the strict sense. Rounding
// makes a dependent matrix independent or the reverse; these functions answer for the doubles as they are.
// All arithmetic is FLINT's [FLINT], on integers and modulo primes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// The rank of A over the rationals.
//
// Theorem. Scale A to an integer matrix N by powers of two. The rank of N modulo a prime never exceeds the rank
// of N. If the latter were above r, some minor of order r + 1 would not vanish; by Hadamard it is at most
// H = prod (the r + 1 greatest row norms), so fewer than log H / log p primes p divide it. If enough primes
// give rank <= r, the rank is <= r.
//
// Nullopt if an entry is not finite or the work would exceed `max_work` multiplications modulo a prime (the
// default takes some ten seconds): many primes are needed where exponents differ widely, for instance.
std::optional<Index> exact_rank(ConstMatrixView A, double max_work = 2e10);

// Row `target` of a matrix as an exact rational combination of other rows:
//   denominator * X(target, t) = sum_j numerators[j] * X(rows[j], t)   for every column t, in integers.
struct ExactDependency {
  std::vector<Index> rows;
  std::vector<std::string> numerators;  // decimal
  std::string denominator;              // decimal, positive
};

// Finds and proves such a combination of some of the rows `kept` (distinct, `target` not among them).
//
// The support comes from least squares in floating point (coefficients above 1e-9), the coefficients from an
// exact solve on that support, and the equation is checked in integers in every column; only the check
// counts. Together with a proof that the kept rows are independent this proves rank deficiency of data, for
// instance one-hot columns next to a constant one. Meant for X with many columns: cost about
// columns * kept^2 operations in floating point.
//
// Nullopt if no such combination is found: the row is independent, or the kept rows are too dependent for
// least squares, or the support exceeds max_support, or an entry is not finite. That proves nothing.
// InputError for row indices that are out of range, and for a target that is among the kept rows.
std::optional<ExactDependency> exact_dependency(ConstMatrixView X, const std::vector<Index>& kept, Index target,
                                                Index max_support = 64);

// Is the equation above true? Exact integer arithmetic alone; what verify calls. False for malformed input.
bool dependency_holds(ConstMatrixView X, Index target, const ExactDependency& dependency);

}  // namespace nadir
