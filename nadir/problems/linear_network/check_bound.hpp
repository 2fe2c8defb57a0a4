// The lower bound of a linear network's certificate, re-derived.
//
// Theorem. Let B be rows of X that span all rows of X, with S = X_B X_B^T positive definite; P0 any d_out x d_in
// matrix supported on the columns B; R0 = P0 X - Y; E0 = (R0 X^T)_B; eps^2 >= tr(E0 S^-1 E0^T); t^2 at most
// the sum of all but the k greatest eigenvalues of P0_B S P0_B^T. Then for every P of rank <= k
//   |P X - Y|_F^2 >= |R0|_F^2 + max(t - eps, 0)^2 - eps^2.
// Proof. P X = P' X_B with rank P' <= k. Put D = P' - P0_B, S = L L^T, N = E0 L^-T, |N|^2 = tr(E0 S^-1 E0^T):
//   |P X - Y|^2 = |R0 + D X_B|^2 = |R0|^2 + 2 <E0, D> + |D L|^2 = |R0|^2 + |D L + N|^2 - |N|^2,
//   |D L + N| >= |P' L - P0_B L| - |N| >= t - |N|   [EckartYoung1936: the distance of P0_B L from rank k],
// and max(t - s, 0)^2 - s^2 does not increase with s.
// With k the narrowest width every network is such a P, and penalties are not negative: 2n f >= that bound.
#pragma once

#include "nadir/problems/linear_network/check_model.hpp"

namespace nadir::linear_network_check {

struct BoundWitness {
  Matrix P0;
  std::vector<Index> kept;
  Matrix dependencies;  // d_in x (rho + 1) or empty; see check.hpp
};

// Throws InputError for shapes, indices or a support that do not fit. False: there is none.
bool read_bound_witness(const Model& model, const std::map<std::string, Matrix>& witness, BoundWitness& result);

// Do the kept rows span every row of X? In exact arithmetic: rows that are zero, as many independent rows as
// samples, the witness's integers, a rational solution where it is affordable, or a combination of few rows. An obstacle in words, or "".
// Independence of the kept rows is not decided here.
std::string span_obstacle(const Model& model, const SampleProducts& products, const BoundWitness& witness);

// 2n times the bound, from below up to a ball; an obstacle in words if S could not be proved definite.
// Presumes that span_obstacle() found none.
std::string bound_2n(const Model& model, const SampleProducts& products, const BoundWitness& witness, slong precision,
                     balls::Real& result);

// A lower bound of f that also uses the penalty, 0 where this theorem gives none.
//
// Theorem. Let all penalties be at least b_l > 0 in layer l, beta = (b_1 ... b_H)^{1/H}, no layer have a skip, all
// rows of X be kept, 0 < s <= lambda_min(X X^T), and 0 <= a_i <= sigma_i(P0) - eps / sqrt(s), i descending. Then
//   f >= (|R0|^2 - eps^2)/(2n) + sum_{i <= k} g(a_i) + s/(2n) sum_{i > k} a_i^2,
//   g(a) = min_{u >= 0} s/(2n) (u^H - a)^2 + H/2 beta u^2.
// Proof. With Q = P0 - N L^-1 in the notation above, |D L + N|^2 >= s |P - Q|^2 >= s sum (sigma_i(P) - sigma_i(Q))^2
// (Mirsky), sigma_i(Q) >= sigma_i(P0) - |N|/sqrt(s) (Weyl), and g is monotone. The penalty is at least
// 1/2 sum_l b_l |W_l|^2 >= H/2 beta sum sigma_i(P)^{2/H} (Horn's inequality for the singular values of a product,
// then the inequality of arithmetic and geometric means). sigma_i(P) = u_i^H vanishes for i > k.
balls::Real decay_bound(const Model& model, const SampleProducts& products, const BoundWitness& witness, slong precision);

// g(a) from below, to about 1e-13 c a^2: min over u >= 0 of c (u^H - a)^2 + d u^2 for exact c, a, d >= 0, by
// branch and bound with the mean-value form.
balls::Real least_shrinkage(const balls::Real& c, const balls::Real& a, const balls::Real& d, std::size_t H);

}  // namespace nadir::linear_network_check
