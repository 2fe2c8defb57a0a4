// From the options of linear-network to a problem with the Bures-Wasserstein loss, and its starts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "nadir/core/point.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/problem.hpp"
#include "nadir/problems/linear_network/options.hpp"

namespace nadir {

// Takes the target from --covariance or, without one, from the samples --y as Y Y^T / n, uncentred. Widths are
// latent (0: as many as outputs), hidden, outputs. Throws InputError for --x, for both or neither of the two,
// and for weight decay, none of which this loss has.
std::unique_ptr<BuresWassersteinNetwork> make_bures_wasserstein_network(const LinearNetworkOptions& options);

// Throws InputError where an option is set that only the Bures-Wasserstein loss reads.
void require_no_bures_wasserstein_options(const LinearNetworkOptions& options);

// The names of linear_network_starts(); "optimal" is a balanced factorisation of the minimiser in bound.hpp.
Point bures_wasserstein_start(const BuresWassersteinNetwork& problem, const std::string& name, std::uint64_t seed, std::uint64_t index);

}  // namespace nadir
