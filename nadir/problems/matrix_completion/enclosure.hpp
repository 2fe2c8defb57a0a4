// What is certain of a completion at a point: enclosures of value, gradient norm and curvature.
//
// Everything is computed once in doubles by the kernels that the solvers use, and bounded a priori. For an entry
// k = (i, j) with |u_i| <= l_i, |v_j| <= r_j, and factor rows known up to dl_i, dr_j (rounding of products with side
// information, or of a moved point; 0 otherwise), the computed residual w (m - u . v) is off by at most
//   w ( gamma_{r+4} (|m| + l_i r_j) + dl_i r_j + l_i dr_j + dl_i dr_j ) + underflow          [Higham2002, (3.5)],
// for every order of summation and with fused multiply-adds or without. All bounds here take 2^-52 for the unit of
// rounding and the least normal number for underflow, so that they hold whatever the rounding mode and with subnormals
// flushed in the threads of the kernels.
#pragma once

#include <memory>
#include <span>

#include "nadir/problems/matrix_completion/expansion.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

class CompletionEnclosure {
 public:
  // `is_rounded`: x stands for every point within a relative 2^-52 of its entries.
  CompletionEnclosure(const MatrixCompletion& problem, std::span<const double> x, bool is_rounded = false);

  const Interval& value() const { return value_; }
  // Not for rounded points.
  Interval gradient_norm() const;
  // v'Hv / v'v
  Interval curvature(std::span<const double> v) const;
  const CompletionExpansion& expansion() const { return expansion_; }

 private:
  // Upper bounds of the norms of a factor's rows, and of their errors.
  struct RowBounds {
    Vector norm, error;
  };

  RowBounds bounds_of(const Matrix& Ut, std::size_t block, std::span<const double> x) const;
  Vector residual_errors() const;
  Interval enclose_squares() const;
  Interval enclose_penalty(std::span<const double> x) const;
  Interval enclose_row_norms() const;
  Interval enclose_row_norm_curvature(std::span<const double> v) const;
  // Bounds of the error of the rows' gradients and of the sums of absolute terms.
  void side_errors(const ObservedRows& o, bool is_left, Vector& error, Vector& size) const;
  double gradient_error() const;

  const MatrixCompletion& problem_;
  const CompletionModel& model_;
  Vector x_;
  double entry_error_;
  CompletionExpansion expansion_;
  RowBounds left_, right_;
  Vector residual_error_;
  Interval value_;
};

// 2^-52 k / (1 - 2^-52 k), rounded up.
double completion_gamma(Index k);

}  // namespace nadir
