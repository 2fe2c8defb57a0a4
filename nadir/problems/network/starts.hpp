// Starts of a feed-forward network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/problems/network/network.hpp"

namespace nadir {

// "random", "zeros".
std::vector<std::string> network_starts();

// random: weights normal with variance 2/d_{l-1} before relu-like activations [HeZhangRenSun2015], 2/(d_{l-1} + d_l)
// otherwise [GlorotBengio2010]; biases uniform on +-1/sqrt(d_{l-1}), so that kinks are spread over the data. Depends on
// seed and index alone. zeros: a critical point wherever the hidden activation is 0 at 0 and outputs average to the
// targets; with hidden layers mostly a saddle. Throws InputError for other names.
Point network_start(const Network& problem, const std::string& name, std::uint64_t seed, std::uint64_t index);

}  // namespace nadir
