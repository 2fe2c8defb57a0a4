// Elementary functions and activations of intervals, with proved bounds that rest on nothing but the directed
// operations of rigor/interval.hpp: no function of the mathematical library is trusted.
//
//   e^x       x = k log 2 + r, |r| <= 0.36; Taylor's polynomial of degree 16 of e^r, remainder < 4e-22 |r|
//   log(1+u)  t = any approximation; log(1+u) = t + log(1+q), q = (u - (e^t - 1)) / e^t, q - q^2 <= log(1+q) <= q
//   Phi(z)    1/2 + phi(z) (z + z^3/3 + z^5/15 + ...), the terms positive, the tail below twice its first term once
//             z^2 / (2 n + 3) <= 1/2                                                   [AbramowitzStegun1964, 26.2.11]
// Monotone functions are taken at both ends, others as products. Infinite or unknown arguments give wide or unknown
// results, never wrong ones.
#pragma once

#include "nadir/problems/network/data.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

Interval enclose_exp(const Interval& x);
Interval enclose_expm1(const Interval& x);
Interval enclose_log1p(const Interval& u);  // the whole line where u < -1/2 is possible
Interval enclose_tanh(const Interval& x);
Interval enclose_sigmoid(const Interval& x);
Interval enclose_normal_distribution(const Interval& z);  // Phi
Interval enclose_normal_density(const Interval& z);       // phi

struct ActivationEnclosure {
  Interval value, first, second;
  bool is_differentiable = true;        // s' exists at every z of the interval
  bool is_twice_differentiable = true;  // so does s''
};

// s, s', s'' over an interval; where a derivative does not exist, its enclosure is of the pieces beside it.
ActivationEnclosure enclose_activation(const Activation& activation, const Interval& z);
// s alone
Interval enclose_activation_value(const Activation& activation, const Interval& z);

}  // namespace nadir
