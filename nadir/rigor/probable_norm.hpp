// An upper bound of the spectral norm of a large sparse matrix that holds except with a stated probability.
//
// For sides at which sparse_norm.hpp is out of reach. Never to be called proved: see "what it means" below.
//
// Let P and R be orthogonal projectors, here onto spaces within rounding of those of `left` and `right`. Then
//   |A|_2 <= | [[alpha, beta], [gamma, delta]] |_2,   alpha = |P A R|_2,        beta  = |P A (I - R)|_2,
//                                                     gamma = |(I - P) A R|_2,  delta = |(I - P) A (I - R)|_2,
// because a vector falls into its parts in and beside the space, and norms of 2 x 2 matrices with entries >= 0 grow
// with these. alpha, beta and gamma are bounded with every rounding error accounted for (the bases need be
// orthonormal only nearly: their defect is bounded too). Where the spaces hold the leading singular vectors, beta
// and gamma are tiny, delta is less than alpha, and a delta that is a little too large costs nothing.
//
// delta comes from block Lanczos on S S^T, S = (I - P) A (I - R), started from b random normal vectors:
//
// Theorem. Let M be symmetric positive semidefinite, n x n, with greatest eigenvalue lambda > 0, g a random normal
// vector and xi_k the greatest Ritz value of M on span(g, M g, ..., M^(k-1) g). For every t >= 0, with a probability
// of at least 1 - sqrt(2 max(n, 2) / pi) / cosh t, it holds for all k >= 1 at once that
//   lambda <= xi_k cosh^2(t / (2k - 1)).
// Proof. Take lambda = 1 with unit eigenvector v, let u = <v, g> / |g|, and suppose xi_k < c for c = 1 / cosh^2(a),
// a = t / (2k - 1). Then no p(M) g with a polynomial p of degree k - 1 has a Rayleigh quotient >= c, which reads
//   g_1^2 p(1)^2 (1 - c) < sum_{m_i < c} g_i^2 p(m_i)^2 (c - m_i)
// in the components g_i of g at the eigenvalues m_i. The Chebyshev polynomial T of degree 2k - 1 is odd, so there is
// such a p with p(m)^2 (1 - m / c) = T(sqrt(1 - m / c))^2. This is at most 1 for 0 <= m <= c, and -sinh^2((2k - 1) a)
// for m = 1, where the root is i sinh a. Hence u^2 sinh^2 t < 1 - u^2, that is |u| < 1 / cosh t, which is one event
// for all k. u is a coordinate of a uniform point of the sphere, of density at most
// Gamma(n/2) / (sqrt(pi) Gamma((n-1)/2)) <= sqrt((n - 1) / (2 pi)) if n >= 3 [Wendel1948]; if n = 2,
// P(|u| < x) = (2 / pi) asin x <= x; if n = 1, |u| = 1.
// The rate, sqrt(n) exp(-(2k - 1) sqrt(eps)) for lambda (1 - eps) <= xi_k, is that of [KuczynskiWozniakowski1992];
// the proof is here because the constant and the quantifier over k are ours.
//
// A block of b independent vectors spans a space that contains that of each, so all must fail together: the
// probability is the b-th power. Because one event serves all k, when to stop may depend on what was found.
//
// What it means. The probability is that of the normal vectors, which come from Philox and `seed`; A and the spaces
// must have been chosen without knowledge of it. The theorem is about exact arithmetic; Lanczos runs in floating
// point with full reorthogonalisation, and for its rounding errors and those of its projections an allowance of
// 1e-10 delta + 1e-12 (alpha + beta + gamma) is added that nobody proved.
#pragma once

#include <cstdint>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/sparse_norm.hpp"

namespace nadir {

struct ProbableNorm {
  double bound = 0.0;                // |A|_2 <= bound ...
  double failure_probability = 0.0;  // ... except with this probability; 0 where the bound is a proof after all
};

// `left` has A.rows rows and `right` A.cols; either may have no columns, and any columns are allowed. delta is at
// most `excess` (relative) too large, and a first try with an excess of 0.1 is taken where that changes the bound by
// less than 1e-9 of it. Where beta and gamma cost more than `excess`, Lanczos on A itself (both projectors zero) is
// tried as well, each with half the failure probability. The bound is a proof, with probability 0, where
// Collatz-Wielandt does as well, for zero matrices, and (infinity) where an entry of A is not finite. Cost: about 15 to
// 120 products of A and its transpose with four vectors, and as many columns of min(rows, cols) numbers, four times, as
// memory. The same bits on any number of threads. InputError for a malformed A, spaces that do not fit or are not
// finite, max_failure outside of (0, 1), excess <= 0.
ProbableNorm probable_spectral_norm(const SparseMatrixView& A, ConstMatrixView left, ConstMatrixView right,
                                    std::uint64_t seed, double max_failure = 1e-9, double excess = 0.01);

namespace internal {

// cosh t of the theorem for blocks of `block` vectors of length n and a failure probability in all.
double lanczos_failure_cosh(Index n, Index block, double max_failure);
// cosh(t / (2 steps - 1)): the factor from the root of the Ritz value to delta.
double lanczos_excess(double cosh_t, Index steps);

}  // namespace internal
}  // namespace nadir
