#include "nadir/problems/network/kinks_second_order.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::internal {
namespace {

using Sign = KinkCurvature::Sign;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Eigenvalues below this times the largest, and values of constraints below it, count as zero.
constexpr double zero_tol = 1e-9;

// A null-space basis of the rows of E, from the eigenvectors of E^T E.
Matrix null_space(const Matrix& E, Index dimension) {
  if (E.rows() == 0) return Matrix::identity(dimension);
  const SymmetricEigen eigen = symmetric_eigen(product(E, Op::transpose, E, Op::none));
  const double largest = std::fmax(eigen.values.back(), 0.0);
  Index count = 0;
  while (count < dimension && eigen.values[at(count)] <= 1e-12 * largest) ++count;
  return Matrix(eigen.vectors.view().columns(0, count));
}

class QuadraticForm {
 public:
  QuadraticForm(const KinkCase& c, const Matrix& slopes, const std::vector<KinkPair>& pairs) : c_(c), slopes_(slopes), pairs_(pairs) {}

  Index dimension() const { return hidden_at(m(), 0); }

  // sigma_p in {-1, 0, 1} for each pair.
  KinkCurvature examine(const std::vector<int>& sigma) const {
    Matrix slopes = slopes_;
    for (std::size_t p = 0; p < pairs_.size(); ++p)
      slopes(pairs_[p].neuron, pairs_[p].sample) = sigma[p] > 0 ? c_.slopes.plus : sigma[p] < 0 ? c_.slopes.minus : 0.0;
    const Matrix basis = null_space(equations(sigma), dimension());
    const Matrix reduced = product(basis, Op::transpose, product(form(slopes), basis), Op::none);
    const Matrix rays = product(inequalities(sigma), basis);
    Vector y;
    KinkCurvature result;
    result.sign = sign_on_cone(reduced, rays, y);
    if (result.sign == Sign::negative) {
      Vector eta(at(dimension()));
      multiply_vector(1.0, basis, Op::none, y.data(), 0.0, eta.data());
      result.direction = unpack(eta);
    }
    return result;
  }

 private:
  Index m() const { return c_.hidden.rows(); }
  Index q() const { return c_.hidden.cols(); }
  Index d() const { return c_.outer.rows(); }
  Index outer_at(Index a, Index k) const { return a + d() * k; }
  Index bias_at(Index a) const { return d() * m() + a; }
  Index hidden_at(Index k, Index j) const { return d() * (m() + (c_.has_output_bias ? 1 : 0)) + k * q() + j; }

  // dY_i = T eta to first order.
  Matrix linear_map(Index i, const Matrix& slopes) const {
    Matrix T(d(), dimension());
    for (Index k = 0; k < m(); ++k) {
      double pre = 0.0;
      for (Index j = 0; j < q(); ++j) pre += c_.hidden(k, j) * c_.inputs(j, i);
      const double output = slopes_(k, i) * pre;
      for (Index a = 0; a < d(); ++a) {
        T(a, outer_at(a, k)) = output;
        for (Index j = 0; j < q(); ++j) T(a, hidden_at(k, j)) = c_.outer(a, k) * slopes(k, i) * c_.inputs(j, i);
      }
    }
    if (c_.has_output_bias)
      for (Index a = 0; a < d(); ++a) T(a, bias_at(a)) = 1.0;
    return T;
  }

  // Q with q(eta) = 1/2 eta^T Q eta.
  Matrix form(const Matrix& slopes) const {
    Matrix Q(dimension(), dimension());
    for (Index i = 0; i < c_.inputs.cols(); ++i) {
      const Matrix T = linear_map(i, slopes);
      Matrix H = Matrix::identity(d());
      scale(c_.hessian_scale, H.flat());
      if (c_.loss_hessians.size() > 0) std::copy_n(c_.loss_hessians.col(i), d() * d(), H.data());
      multiply(1.0, product(T, Op::transpose, H, Op::none), Op::none, T, Op::none, 1.0, Q);
      for (Index k = 0; k < m(); ++k)
        for (Index a = 0; a < d(); ++a)
          for (Index j = 0; j < q(); ++j) {
            const double x = c_.loss_gradients.mid(a, i) * slopes(k, i) * c_.inputs(j, i);
            Q(outer_at(a, k), hidden_at(k, j)) += x;
            Q(hidden_at(k, j), outer_at(a, k)) += x;
          }
    }
    symmetrise(Q);
    return Q;
  }

  // Orthogonality to the rescaling, and v_k z_i = 0 where sigma = 0; rows of length 1.
  Matrix equations(const std::vector<int>& sigma) const {
    const auto zeros = std::count(sigma.begin(), sigma.end(), 0);
    Matrix E(m() + zeros, dimension());
    for (Index k = 0; k < m(); ++k) {
      for (Index a = 0; a < d(); ++a) E(k, outer_at(a, k)) = c_.outer(a, k);
      for (Index j = 0; j < q(); ++j) E(k, hidden_at(k, j)) = -c_.hidden(k, j);
    }
    Index row = m();
    for (std::size_t p = 0; p < pairs_.size(); ++p)
      if (sigma[p] == 0) set_ray(E, row++, pairs_[p], 1.0);
    for (Index i = 0; i < E.rows(); ++i) {
      double length = 0.0;
      for (Index j = 0; j < E.cols(); ++j) length = std::hypot(length, E(i, j));
      for (Index j = 0; j < E.cols() && length > 0.0; ++j) E(i, j) /= length;
    }
    return E;
  }

  Matrix inequalities(const std::vector<int>& sigma) const {
    Matrix R(static_cast<Index>(sigma.size()) - std::count(sigma.begin(), sigma.end(), 0), dimension());
    Index row = 0;
    for (std::size_t p = 0; p < pairs_.size(); ++p)
      if (sigma[p] != 0) set_ray(R, row++, pairs_[p], sigma[p]);
    return R;
  }

  void set_ray(Matrix& R, Index row, const KinkPair& pair, double sign) const {
    for (Index j = 0; j < q(); ++j) R(row, hidden_at(pair.neuron, j)) = sign * c_.inputs(j, pair.sample);
  }

  // The sign of y^T Q y on {rays y >= 0}; where negative, y.
  static Sign sign_on_cone(const Matrix& Q, const Matrix& rays, Vector& y) {
    const Index r = Q.rows(), num_rays = rays.rows();
    if (r == 0) return Sign::positive;
    const Matrix free = null_space(rays, r);
    const Matrix Qt = product(Q, free);
    const double large = std::fmax(frobenius_norm(Q), 1e-300);
    Matrix pseudo(free.cols(), free.cols());
    Sign sign = Sign::positive;
    Matrix null(r, 0);
    if (free.cols() > 0) {
      const SymmetricEigen e = symmetric_eigen(product(free, Op::transpose, Qt, Op::none));
      const Matrix vectors = product(free, e.vectors);
      if (e.values.front() < -zero_tol * large) {
        y.assign(vectors.col(0), vectors.col(0) + r);
        return Sign::negative;
      }
      Index zeros = 0;
      while (zeros < free.cols() && e.values[at(zeros)] <= zero_tol * large) ++zeros;
      if (zeros > 0) sign = Sign::semidefinite;
      null = Matrix(vectors.view().columns(0, zeros));
      for (Index i = zeros; i < free.cols(); ++i)
        multiply(1.0 / e.values[at(i)], e.vectors.view().columns(i, 1), Op::none, e.vectors.view().columns(i, 1), Op::transpose, 1.0, pseudo);
    }
    if (num_rays == 0) return sign;
    return sign_with_rays(Q, rays, free, pseudo, null, sign, y);
  }

  static Sign sign_with_rays(const Matrix& Q, const Matrix& rays, const Matrix& free, const Matrix& pseudo, const Matrix& null,
                             Sign sign, Vector& y) {
    const Index r = Q.rows();
    const double large = std::fmax(frobenius_norm(Q), 1e-300);
    Matrix gram = product(rays, Op::none, rays, Op::transpose), inverse = Matrix::identity(rays.rows());
    if (!solve_general(gram, inverse)) return Sign::semidefinite;  // dependent rays: nothing is claimed
    const Matrix dual = product(rays, Op::transpose, inverse, Op::none);
    const Matrix coupling = product(dual, Op::transpose, product(Q, null), Op::none);
    for (Index j = 0; j < null.cols(); ++j)
      for (Index i = 0; i < dual.cols(); ++i) {
        const double x = coupling(i, j);
        if (std::fabs(x) <= zero_tol * large * norm({dual.col(i), at(r)})) continue;
        // q(dual_i + s null_j) = q(dual_i) + s x, s of the other sign and large
        Vector Qi(at(r));
        multiply_vector(1.0, Q, Op::none, dual.col(i), 0.0, Qi.data());
        const double step = -(std::fabs(dot({dual.col(i), at(r)}, Qi)) + large) / x;
        y.assign(dual.col(i), dual.col(i) + r);
        axpy(step, {null.col(j), at(r)}, y);
        return Sign::negative;
      }
    // y(s) = dual s - free Q_tt^+ free^T Q dual s
    Matrix onto = dual;
    if (free.cols() > 0)
      multiply(-1.0, product(free, product(pseudo, product(free, Op::transpose, product(Q, dual), Op::none))), Op::none,
               Matrix::identity(dual.cols()), Op::none, 1.0, onto);
    Matrix S = product(onto, Op::transpose, product(Q, onto), Op::none);
    symmetrise(S);
    const SimplexMinimum least = minimise_on_simplex(S);
    const double tolerated = zero_tol * large * frobenius_norm(onto) * frobenius_norm(onto);
    if (least.value > tolerated) return sign;
    if (least.value >= -tolerated) return Sign::semidefinite;
    y.assign(at(r), 0.0);
    multiply_vector(1.0, onto, Op::none, least.at.data(), 0.0, y.data());
    return Sign::negative;
  }

  KinkDirection unpack(const Vector& eta) const {
    KinkDirection v{Matrix(m(), q()), Matrix(d(), m()), Vector(c_.has_output_bias ? at(d()) : 0), 2, {}};
    for (Index k = 0; k < m(); ++k) {
      for (Index a = 0; a < d(); ++a) v.outer(a, k) = eta[at(outer_at(a, k))];
      for (Index j = 0; j < q(); ++j) v.hidden(k, j) = eta[at(hidden_at(k, j))];
    }
    for (Index a = 0; a < static_cast<Index>(v.output_bias.size()); ++a) v.output_bias[at(a)] = eta[at(bias_at(a))];
    return v;
  }

  const KinkCase& c_;
  const Matrix& slopes_;
  const std::vector<KinkPair>& pairs_;
};

// The next choice of signs, as an odometer over the pairs with two flat rays; false after the last.
bool advance(std::vector<int>& sigma, const std::vector<KinkPair>& pairs) {
  for (std::size_t p = 0; p < sigma.size(); ++p) {
    if (!pairs[p].plus_is_flat || !pairs[p].minus_is_flat) continue;
    sigma[p] = -sigma[p];
    if (sigma[p] < 0) return true;
  }
  return false;
}

}  // namespace

SimplexMinimum minimise_on_simplex(const Matrix& S) {
  const Index n = S.rows();
  SimplexMinimum best;
  best.value = n > 0 ? S(0, 0) : 0.0;
  best.at.assign(at(n), 0.0);
  if (n > 0) best.at[0] = 1.0;
  for (unsigned long face = 1; face < 1UL << n; ++face) {
    stop_point();
    std::vector<Index> in;
    for (Index i = 0; i < n; ++i)
      if (face >> i & 1UL) in.push_back(i);
    const Index k = static_cast<Index>(in.size());
    Matrix system(k + 1, k + 1), x(k + 1, 1);
    for (Index i = 0; i < k; ++i) {
      for (Index j = 0; j < k; ++j) system(i, j) = S(in[at(i)], in[at(j)]);
      system(i, k) = system(k, i) = 1.0;
    }
    x(k, 0) = 1.0;
    if (!solve_general(system, x) || !all_finite(x)) continue;
    Vector s(at(n), 0.0);
    double sum = 0.0;
    for (Index i = 0; i < k; ++i) sum += s[at(in[at(i)])] = std::fmax(x(i, 0), 0.0);
    if (!(sum > 0.5 && sum < 2.0)) continue;  // outside the face; roundings below zero were clipped
    scale(1.0 / sum, s);
    double value = 0.0;
    for (const Index i : in)
      for (const Index j : in) value += s[at(i)] * S(i, j) * s[at(j)];
    if (value < best.value) best = {value, std::move(s)};
  }
  return best;
}

KinkCurvature examine_kink_curvature(const KinkCase& point, const Matrix& slopes_off_kink, const std::vector<KinkPair>& pairs) {
  const QuadraticForm form(point, slopes_off_kink, pairs);
  std::vector<int> sigma;
  for (const KinkPair& p : pairs) sigma.push_back(p.plus_is_flat ? 1 : p.minus_is_flat ? -1 : 0);
  KinkCurvature result;
  result.sign = Sign::positive;
  do {
    stop_point();
    KinkCurvature here = form.examine(sigma);
    if (here.sign == Sign::negative) return here;
    if (here.sign == Sign::semidefinite) result.sign = Sign::semidefinite;
  } while (advance(sigma, pairs));
  return result;
}

}  // namespace nadir::internal
