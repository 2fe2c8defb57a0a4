// The measurement map in floating point: A, its adjoint, and A(U V^T) linearised at a pair of factors.
//
// Passes over the operator are what counts: 200 MB for n = 100 and 2500 measurements. Stored as k x (n m), the
// column i m + j holding entry (i, j) of all A_k (data.hpp), n thin products give
//   J_U(k, (i, c)) = (A_k V)(i, c) = d A(U V^T)_k / d U(i, c)
// in ONE pass; A(U V^T)_k = <J_U(k, :), U> is then free, so are the gradient J^T rho and the Gauss-Newton part
// of Hessian products, however many. Only the term of the residual needs another pass, G = sum_k rho_k A_k.
// Rank-one measurements never form a matrix: with P = a^T U and Q = b^T V, everything is a product with P or Q.
#pragma once

#include <memory>
#include <span>

#include "nadir/linalg/matrix.hpp"
#include "nadir/problems/matrix_sensing/data.hpp"

namespace nadir {

// A(L R^T), L rows x r, R cols x r.
Vector measure(const SensingData& data, ConstMatrixView L, ConstMatrixView R);
// sum_k w_k A_k, rows x cols; exactly symmetric for psd.
Matrix adjoint(const SensingData& data, std::span<const double> w);

// x -> A(U V^T), or A(U U^T) for psd, at a point x of sensing_layout(); dimension is that of x.
class SensingLinearisation {
 public:
  virtual ~SensingLinearisation() = default;

  const Vector& measurements() const { return measurements_; }
  // out <- J D, the derivative along each column of D; num_measurements x cols.
  virtual void apply(ConstMatrixView D, MatrixView out) const = 0;
  // out <- J^T W, dimension x cols.
  virtual void apply_transpose(ConstMatrixView W, MatrixView out) const = 0;
  // out <- out + (sum_k rho_k D^2 A_k) D for the rho it was made with; the first call pays a pass over the operator.
  virtual void add_residual_term(ConstMatrixView D, MatrixView out) const = 0;
  virtual double jacobian_norm() const = 0;  // |J|_F

  // rho, once measurements() are known; apply and apply_transpose do without.
  void set_residual(Vector rho) { residual_ = std::move(rho); }

 protected:
  Vector measurements_, residual_;
};

// x is copied. The data must outlive the result.
std::unique_ptr<SensingLinearisation> linearise(const SensingData& data, const Layout& layout, std::span<const double> x);

}  // namespace nadir
