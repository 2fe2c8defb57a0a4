#include "nadir/problems/linear_network/bures_wasserstein/bound.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

BallMatrix enclosed_product(const LinearArchitecture& a, const Layout& layout, std::span<const double> x) {
  BallMatrix P;
  for (std::size_t l = 0; l < a.num_layers(); ++l) {
    BallMatrix V = exact(layout.block(x, l));
    if (a.has_skip(l)) V = add_identity(V);
    P = l == 0 ? V : enclose_product(V, P);
  }
  return P;
}

// [P, sqrt(tau) I], or P without smoothing.
BallMatrix smoothed(const BallMatrix& P, double tau) {
  if (tau == 0.0) return P;
  const Interval root = sqrt(Interval::point(tau));
  BallMatrix result(P.rows(), P.cols() + P.rows());
  std::copy_n(P.mid.data(), P.mid.size(), result.mid.data());
  std::copy_n(P.rad.data(), P.rad.size(), result.rad.data());
  for (Index i = 0; i < P.rows(); ++i) {
    result.mid(i, P.cols() + i) = root.mid();
    result.rad(i, P.cols() + i) = root.is_thin() ? 0.0 : root.width();
  }
  return result;
}

Interval not_negative(const Interval& x) { return {std::fmax(x.lower, 0.0), std::fmax(x.upper, 0.0)}; }

}  // namespace

double bures_wasserstein_optimum(const BuresWassersteinNetwork& problem) {
  const Vector& lambda = problem.target().eigenvalues();
  const auto k = static_cast<std::size_t>(problem.architecture().narrowest());
  const double root_tau = std::sqrt(problem.smoothing());
  double sum = 0.0;
  for (std::size_t i = lambda.size(); i-- > 0;) {  // from the smallest term
    const double difference = root_tau - std::sqrt(lambda[i]);
    const double term = i < k ? std::fmax(difference, 0.0) : difference;
    sum += term * term;
  }
  return sum;
}

Interval enclose_bures_wasserstein_optimum(const BuresWassersteinNetwork& problem) {
  const TargetCovariance& target = problem.target();
  const Index n = target.dimension(), k = problem.architecture().narrowest();
  return internal::guarded([&] {
    if (problem.smoothing() == 0.0) return not_negative(target.tail_eigenvalue_sum(n - k));
    const Interval root_tau = sqrt(Interval::point(problem.smoothing()));
    Interval sum;
    for (Index i = 0; i < n; ++i) {
      const Interval difference = root_tau - sqrt(target.eigenvalue_enclosures()[static_cast<std::size_t>(i)]);
      sum = sum + sqr(i < k ? max(difference, Interval::point(0.0)) : difference);
    }
    return not_negative(sum);
  });
}

Interval enclose_bures_wasserstein(const BuresWassersteinNetwork& problem, std::span<const double> x) {
  return internal::guarded([&] {
    const BallMatrix P = enclosed_product(problem.architecture(), problem.layout(), x);
    const TargetCovariance& target = problem.target();
    const double tau = problem.smoothing();
    const Interval noise = Interval::point(static_cast<double>(target.dimension())) * Interval::point(tau);
    const Interval energy = enclose_frobenius_norm_squared(P) + noise + target.trace_enclosure();
    const Interval overlap = target.nuclear_norm_of_root_times(smoothed(P, tau));
    return not_negative(energy - Interval::point(2.0) * overlap);  // a squared distance
  });
}

}  // namespace nadir
