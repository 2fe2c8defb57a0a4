// A feed-forward network in ball arithmetic: value, gradient and second derivative along a line, for the checker.
//
// Written from the formulas of data.hpp; nothing is shared with the family's passes or enclosures. All sums are
// multiplied by n, so that on dyadic data with piecewise linear activations nothing is divided: at a sufficient
// precision every radius is zero and comparisons are exact. Samples go through in chunks; nothing is kept of them.
// Included by the .cpp files of this folder's checks only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nadir/problems/network/data.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::network_check {

using Parameters = std::vector<balls::Matrix>;  // the blocks of the layout, in order

// Blocks `prefix`W1, ... of the right shapes; InputError otherwise.
std::vector<Matrix> blocks(const Layout& layout, const std::map<std::string, Matrix>& arrays, const std::string& prefix);
// A flat vector cut into blocks; InputError for another length.
std::vector<Matrix> blocks(const Layout& layout, const Matrix& flat, const std::string& place);
// At blocks + displacement; an empty displacement is none.
Parameters parameters(slong precision, const std::vector<Matrix>& blocks, const std::vector<Matrix>& displacement = {});

// n f
balls::Real value_n(const NetworkData& data, const Parameters& p);

struct Gradient {
  balls::Real norm_squared_nn;  // n^2 |grad f|^2
  bool is_exactly_zero = false;
  bool exists = true;  // every pre-activation differs from a kink, and was shown to
  double scale = 0.0;  // of criticality tolerances, as network.cpp defines it; floating point
};
Gradient gradient(const NetworkData& data, const Parameters& p);

struct SecondDerivative {
  balls::Real along_n;  // n D^2 f[u, u]
  bool exists = true;   // every activation was shown to be twice differentiable where it is used
};
SecondDerivative second_derivative(const NetworkData& data, const Parameters& p, const Parameters& u);

}  // namespace nadir::network_check
