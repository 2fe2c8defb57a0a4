#include "nadir/problems/linear_network/bures_wasserstein/family.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/problems/linear_network/starts.hpp"

namespace nadir {
namespace {

bool is_given(const DataMatrix& d) { return !d.path.empty() || d.values.size() > 0; }

void require_options(const LinearNetworkOptions& o) {
  const std::string loss = " with --loss bures-wasserstein";
  if (is_given(o.x)) throw InputError("--x", "no inputs" + loss + ": the network generates from Gaussian noise", "a file");
  if (is_given(o.covariance) && is_given(o.y)) throw InputError("--covariance", "no --y beside it" + loss, "both");
  if (!is_given(o.covariance) && !is_given(o.y)) throw InputError("--covariance", "a target covariance, or samples in --y" + loss, "neither");
  const bool has_decay = std::any_of(o.weight_decay.begin(), o.weight_decay.end(), [](double b) { return b != 0.0; });
  if (has_decay || !o.weight_decay_entries.path.empty() || !o.weight_decay_entries.values.empty())
    throw InputError("--weight-decay", "none: it is not supported" + loss, "one");
  if (o.latent < 0) throw InputError("--latent", "a width of at least 0", std::to_string(o.latent));
}

TargetCovariance target_of(const LinearNetworkOptions& o) {
  const auto place = [](const char* flag, const DataMatrix& d) { return d.path.empty() ? std::string(flag) : d.path; };
  if (is_given(o.covariance)) return TargetCovariance::given(o.covariance.values, place("--covariance", o.covariance));
  return TargetCovariance::of_samples(o.y.values, place("--y", o.y));
}

// Omega_k diag(max(lambda - tau, 0))^{1/2} into k latent coordinates.
std::vector<Matrix> optimal_weights(const BuresWassersteinNetwork& problem) {
  const LinearArchitecture& a = problem.architecture();
  const TargetCovariance& target = problem.target();
  const Index k = a.narrowest();
  Vector sigma(target.eigenvalues().begin(), target.eigenvalues().begin() + k);
  for (double& s : sigma) s = std::sqrt(std::fmax(s - problem.smoothing(), 0.0));
  Matrix latent(a.widths.front(), k);
  for (Index i = 0; i < k; ++i) latent(i, i) = 1.0;
  return balanced_factors(a, target.eigenvectors().view().columns(0, k), sigma, latent);
}

}  // namespace

std::unique_ptr<BuresWassersteinNetwork> make_bures_wasserstein_network(const LinearNetworkOptions& o) {
  require_options(o);
  TargetCovariance target = target_of(o);
  LinearArchitecture a;
  a.residual = o.residual;
  a.widths.push_back(o.latent == 0 ? target.dimension() : static_cast<Index>(o.latent));
  for (const std::int64_t width : o.hidden) {
    if (width <= 0) throw InputError("--hidden", "positive widths", std::to_string(width));
    a.widths.push_back(width);
  }
  a.widths.push_back(target.dimension());
  return std::make_unique<BuresWassersteinNetwork>(std::move(a), std::move(target), o.smoothing);
}

void require_no_bures_wasserstein_options(const LinearNetworkOptions& o) {
  const auto refuse = [](const char* flag) { throw InputError(flag, "--loss bures-wasserstein beside it", "another loss"); };
  if (is_given(o.covariance)) refuse("--covariance");
  if (o.latent != 0) refuse("--latent");
  if (o.smoothing != 0.0) refuse("--smoothing");
}

Point bures_wasserstein_start(const BuresWassersteinNetwork& problem, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  if (name == "optimal") return point_with_weights(problem.architecture(), optimal_weights(problem));
  return data_free_start(problem.architecture(), name, seed, index);
}

}  // namespace nadir
