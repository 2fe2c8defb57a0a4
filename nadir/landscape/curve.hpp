// A curve between two points of a problem, p(t) = sum_j c_j(t) p_j over control points p_0 = a, p_1, ..., p_K, p_{K+1} = b.
//
//   straight, polygon, elastic band   c_j is the hat function of knot t_j: p(t_j) = p_j, straight in between
//   bezier                            c_j(t) = C(K+1, j) t^j (1 - t)^(K+1-j)
// The coefficients sum to 1, and p(0) = a, p(1) = b to the last bit. What is linear in the point is linear in K + 2 numbers
// along the curve: that is what Restriction (core/problem.hpp) is for.
#pragma once

#include <functional>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/landscape/path.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir {

class Curve {
 public:
  // control: dimension x (K + 2). Knots, of every kind but bezier: K + 2 ascending numbers from 0 to 1; empty: even ones.
  // Throws InputError for fewer than two control points, bends on a straight line, knots that are not so.
  Curve(CurveKind kind, Matrix control, Vector knots = {});
  // With K bends on the straight line from a to b, evenly spaced.
  static Curve along_line(CurveKind kind, std::span<const double> a, std::span<const double> b, Index num_bends);

  CurveKind kind() const { return kind_; }
  Index dimension() const { return control_.rows(); }
  Index num_bends() const { return control_.cols() - 2; }
  ConstMatrixView control() const { return control_; }
  MatrixView bends() { return control_.view().columns(1, num_bends()); }
  ConstMatrixView bends() const { return control_.view().columns(1, num_bends()); }
  // Between two of these the curve is smooth: 0 and 1 for bezier.
  const Vector& knots() const { return knots_; }

  // out <- c_0(t), ..., c_{K+1}(t).
  void coefficients(double t, std::span<double> out) const;
  Vector at(double t) const;
  // To about 1e-8 of it for bezier; exact but for rounding elsewhere.
  double length() const;

 private:
  CurveKind kind_;
  Matrix control_;
  Vector knots_;
};

// t_0 = 0, ..., t_m = 1: the share of the length of the polygon through these columns up to each. Even where it is 0.
Vector length_shares(ConstMatrixView points);

// out[j] <- the objective at p(t[j]). Directions between control points are shared among all calls; the problem must outlive
// the function. The ends' own values are put in at t = 0 and t = 1.
using ValuesAlong = std::function<void(std::span<const double> t, std::span<double> out)>;
ValuesAlong values_along(ProblemRef problem, const Curve& curve, double first_value, double last_value);

}  // namespace nadir
