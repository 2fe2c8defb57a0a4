// Newton's method with a trust region, whose steps come from preconditioned conjugate gradients: the
// default solver.
//
// At x the model m(s) = g's + s'Hs/2 is minimised approximately within |s|_M <= radius, where M is the
// preconditioner of the expansion. The conjugate gradients stop inside at |r| <= eta |g| (both in the norm
// of M^{-1}), eta = min(1/2, sqrt(|g| / largest |g| so far)), which gives superlinear convergence on any
// scale of the value; or they follow a direction of negative curvature, or a step that is too long, to the
// boundary.
//
// Reading: [ConnGouldToint2000, Alg. 6.1.1] for the loop, [ConnGouldToint2000, Alg. 7.5.1] for the
// conjugate gradients, [ConnGouldToint2000, sec. 17.4.2] for ratios near the limit of precision.
//
// At a critical point the gradient shows no way. There a Lanczos process from a seeded random vector looks
// for negative curvature (event "negative-curvature") and follows it. That it finds none proves nothing.
#pragma once

#include <cstdint>
#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"

namespace nadir {

struct TrustRegionOptions {
  double initial_radius = 0.0;         // in the norm of M; 0: the length of the first Cauchy step
  std::int64_t max_inner = 1000;       // Hessian products a step may cost; fewer make steps cheaper and worse
  std::int64_t curvature_steps = 60;   // of the Lanczos process at a critical point; 0: never look
};
OptionList rows(TrustRegionOptions& options);

// Throws InputError when an option is out of its range.
std::unique_ptr<Solver> make_trust_region(const TrustRegionOptions& options = {});

}  // namespace nadir
