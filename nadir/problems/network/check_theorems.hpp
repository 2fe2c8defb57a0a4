// The claims that only networks make, re-derived in ball arithmetic; theorems and proofs stand in README.md.
//
//   local-minimum           ()                               the point itself is a local minimum (convexity test)
//   plateau-minimum         (radius, value)                  a local minimum whose value is at least `value` lies within
//                                                            radius, and radius <= 1e-6 |point|
//   directional-derivative  (derivative, scale, tolerance)   f'(point; u) <= derivative |u| for the witness u = "direction",
//                                                            derivative < 0; the one-sided derivative
//   interpolating-point     (radius, sigma, input_norm, max_radius)   weights with value 0, the infimum, lie within radius
//
// A `no` of a sufficient condition would not refute the claim: answers are yes or unknown, but for malformed numbers.
// Included by the .cpp files of this folder's checks only.
#pragma once

#include <string>

#include "nadir/core/certificate.hpp"
#include "nadir/problems/network/check_model.hpp"

namespace nadir::network_check {

struct TheoremAnswer {
  balls::Answer answer = balls::Answer::unknown;
  std::string reason;
};

TheoremAnswer check_local_minimum(const NetworkData& data, const Parameters& p);
TheoremAnswer check_plateau_minimum(const NetworkData& data, const Parameters& p, const Claim& claim);
// The same claim by another theorem: three samples, one the midpoint of the others.
TheoremAnswer check_midpoint_minimum(const NetworkData& data, const Parameters& p, const Claim& claim);
TheoremAnswer check_directional_derivative(const NetworkData& data, const Parameters& p, const Parameters& direction, const Claim& claim);
TheoremAnswer check_interpolating_point(const NetworkData& data, const Parameters& p, const Claim& claim);

}  // namespace nadir::network_check
