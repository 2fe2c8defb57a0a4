// A sensing problem at a point, in the arithmetic of check_measurements.hpp: for the checker.
//
//   2 f = |A(X) - y|^2 + l |x|^2,  X = U V^T (V = U for psd),  l = 2 L for psd, L otherwise, |x|^2 without V for psd
//   gradient  2 G U + l U (psd);  G V + l U, G^T U + l V,   G = A^*(A(X) - y)
// Included by the .cpp files of this folder's checks only.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "nadir/problems/matrix_sensing/check_measurements.hpp"

namespace nadir::matrix_sensing_check {

// Factors or a direction: V is U for psd.
struct Pair {
  Matrix U, V;
};

// Blocks `prefix`U and `prefix`V of the right shapes, any number of columns that both share; InputError otherwise.
Pair blocks(const SensingData& data, const std::map<std::string, Matrix>& arrays, const std::string& prefix);
// A flat vector cut into blocks with `rank` columns; InputError for another length.
Pair blocks(const SensingData& data, Index rank, const Matrix& flat, const std::string& place);

class Evaluation {
 public:
  // At point + displacement (a real sum); without one where that is null.
  Evaluation(const SensingData& data, const Measurements& map, slong precision, const Pair& point, const Pair* displacement = nullptr);

  balls::Real value() const;
  balls::Real gradient_norm_squared();
  bool is_exactly_critical();
  balls::Real squared_length(const Pair& d) const;    // |d|^2
  balls::Real second_derivative(const Pair& d);       // D^2 f[d, d]
  balls::Matrix hessian();                            // dimension x dimension
  // K with |D^2 f(y) - D^2 f(x)| <= K |y - x| for |y - x| <= radius: s |A|^2 (2 |x| + radius), s = 6 for psd, 3/2
  // otherwise (the differences of the two terms of D^2 f, each at most |A|^2 times products of norms). Nothing where
  // the arithmetic has no bound of |A|.
  std::optional<balls::Real> hessian_lipschitz(const balls::Real& radius) const;
  // The coefficients of t, ..., t^4 in f(x + t k + t^2 c).
  std::array<balls::Real, 4> along_path(const Pair& k, const Pair& c) const;

 private:
  struct Factors {
    balls::Matrix U, V;
  };
  Factors lifted(const Pair& p) const;
  balls::Matrix derivative(const Factors& at, const Factors& d) const;  // A(U D_V^T + D_U V^T)
  balls::Real penalty_product(const Factors& a, const Factors& b) const;  // l <a, b> / 2
  const balls::Matrix& slope();
  balls::Matrix gradient_block(bool is_left);
  balls::Real slope_factor() const;  // l

  const SensingData& data_;
  const Measurements& map_;
  slong precision_;
  Factors x_;
  balls::Matrix residual_;
  std::optional<balls::Matrix> slope_;
};

// |J|_F max(|rho|, 1e-6 (|A(X)| + |y|)) + l (|x| + sqrt(|y| / |A|_F)) in floating point: what gradients are compared
// with. J is the Jacobian of x -> A(X).
double gradient_scale(const SensingData& data, const Pair& point);

}  // namespace nadir::matrix_sensing_check
