// Perturbed gradient descent [Jin2017, Alg. 1 and 2]: gradient descent that shakes the point where the
// gradient is small, and so leaves strict saddles with high probability, in time that hardly depends on the
// dimension [Jin2017, Thm 3].
//
// For f with an ell-Lipschitz gradient and a rho-Lipschitz Hessian, an accuracy epsilon, a failure
// probability delta, a bound Delta_f on f(start) - min f, and a small constant c:
//   chi = 3 max(log(d ell Delta_f / (c epsilon^2 delta)), 4)
//   eta = c / ell                          step size
//   r = sqrt(c) / chi^2 epsilon / ell      radius of the ball that perturbations are uniform in
//   g_thres = sqrt(c) / chi^2 epsilon      perturb where |gradient| <= g_thres,
//   t_thres = chi / c^2 ell / sqrt(rho epsilon)   but not within t_thres steps of the last time
//   f_thres = c / chi^3 sqrt(epsilon^3 / rho)     stop when a perturbation gained less in t_thres steps
// The end returns the lower of the point before the last perturbation and the last iterate; the theorem's
// "second-order stationary up to epsilon, with probability 1 - delta" is about the former, and only if ell,
// rho and Delta_f are true bounds. Nobody checks that: this solver proves nothing.
#pragma once

#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"

namespace nadir {

struct PerturbedGdOptions {
  double smoothness = 1.0;            // ell; too small diverges, too large is slow
  double hessian_lipschitz = 1.0;     // rho
  double accuracy = 1e-3;             // epsilon
  double failure_probability = 0.01;  // delta
  double value_drop = 1.0;            // Delta_f
  double constant = 0.5;              // c; the theorem wants it small, without saying how small
};
OptionList rows(PerturbedGdOptions& options);

// Throws InputError when an option is out of its range.
std::unique_ptr<Solver> make_perturbed_gd(const PerturbedGdOptions& options = {});

namespace internal {

// What [Jin2017, Alg. 2] derives from the options.
struct PerturbedGdThresholds {
  double chi, eta, radius, gradient, steps, value;
};
PerturbedGdThresholds thresholds(const PerturbedGdOptions& options, double dimension);

}  // namespace internal
}  // namespace nadir
