// Student's t distribution, for confidence intervals from a handful of probes.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

// t with P(|T| <= t) = confidence for a T of `degrees` >= 1 degrees of freedom; infinity for 0. To 1e-8, relative.
double student_quantile(Index degrees, double confidence);

// Mean of independent estimates, and what it is off by at most, with that confidence (of normal estimates).
struct Estimate {
  double value = 0.0;
  double half_width = 0.0;
};
Estimate mean_with_interval(const Vector& estimates, double quantile);

}  // namespace nadir::internal
