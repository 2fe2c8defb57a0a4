// The measurement map in ball arithmetic, and through rigor/ where balls would take too long: for the checker.
//
//   A(X)_k = <A_k, X>,  A^*(w) = sum_k w_k A_k
// Included by the .cpp files of this folder's checks only.
#pragma once

#include "nadir/problems/matrix_sensing/data.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::matrix_sensing_check {

// Enclosures of one map, implemented twice, below.
class Measurements {
 public:
  virtual ~Measurements() = default;
  // A(L R^T), num_measurements x 1; L is rows x r, R cols x r.
  virtual balls::Matrix measure(const balls::Matrix& L, const balls::Matrix& R) const = 0;
  // A^*(w), rows x cols; w is num_measurements x 1.
  virtual balls::Matrix adjoint(const balls::Matrix& w) const = 0;
  // Column i + c rows holds the (A_k R)(i, c).
  virtual balls::Matrix left_jacobian(const balls::Matrix& R) const = 0;
  // Column j + c cols holds the (A_k^T L)(j, c).
  virtual balls::Matrix right_jacobian(const balls::Matrix& L) const = 0;
  // Is the symmetric S proved positive semidefinite?
  virtual bool is_semidefinite(const balls::Matrix& S) const = 0;
  // At least |A|^2; false where this arithmetic would take too long for it.
  virtual bool squared_operator_norm(balls::Real& bound) const = 0;

  // At most (|A(X)| / |X|_F)^2 for all X, or for all symmetric X where every A_k is exactly symmetric: the entries of X
  // on and below the diagonal are then all that A sees. False where none was shown.
  bool squared_gain(const SensingData& data, slong precision, balls::Real& bound) const;
};

// Balls of that many bits throughout: exact where the precision holds every bit. `insists` on doing what takes long.
class BallMeasurements : public Measurements {
 public:
  BallMeasurements(const SensingData& data, slong precision, bool insists) : data_(data), precision_(precision), insists_(insists) {}
  balls::Matrix measure(const balls::Matrix& L, const balls::Matrix& R) const override;
  balls::Matrix adjoint(const balls::Matrix& w) const override;
  balls::Matrix left_jacobian(const balls::Matrix& R) const override;
  balls::Matrix right_jacobian(const balls::Matrix& L) const override;
  bool is_semidefinite(const balls::Matrix& S) const override;
  bool squared_operator_norm(balls::Real& bound) const override;

 private:
  balls::Matrix columns(ConstMatrixView A) const { return balls::Matrix(precision_, A); }
  balls::Real squared_frobenius_norm() const;
  balls::Matrix gram() const;

  const SensingData& data_;
  slong precision_;
  bool insists_;
};

// The same through rigor/: BLAS speed, errors of some 1e-14 of the sizes of what is added.
class FloatingMeasurements : public Measurements {
 public:
  FloatingMeasurements(const SensingData& data, slong precision) : data_(data), precision_(precision) {}
  balls::Matrix measure(const balls::Matrix& L, const balls::Matrix& R) const override;
  balls::Matrix adjoint(const balls::Matrix& w) const override;
  balls::Matrix left_jacobian(const balls::Matrix& R) const override;
  balls::Matrix right_jacobian(const balls::Matrix& L) const override;
  bool is_semidefinite(const balls::Matrix& S) const override;
  bool squared_operator_norm(balls::Real& bound) const override;

 private:
  const SensingData& data_;
  slong precision_;
};

}  // namespace nadir::matrix_sensing_check
