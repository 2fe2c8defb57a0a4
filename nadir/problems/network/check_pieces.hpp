// Small parts that the checks of check_theorems.hpp share. Included by the .cpp files of this folder's checks only.
#pragma once

#include <optional>

#include "nadir/problems/network/check_model.hpp"

namespace nadir::network_check {

// Slopes of an activation above and below zero; nullopt if it is not piecewise linear.
struct Slopes {
  double plus = 1.0, minus = 1.0;
};
std::optional<Slopes> slopes_of(const Activation& activation);

// Squared loss without weight decay.
bool is_plain_least_squares(const NetworkData& data);
// W A + b 1^T of layer l.
balls::Matrix affine_layer(const NetworkData& data, const Parameters& p, std::size_t l, const balls::Matrix& A);
// A, with a row of ones below it where the network has biases.
balls::Matrix extended_input(const NetworkData& data, const balls::Matrix& A);
// [W b] of layer l, or W without biases.
balls::Matrix extended_weights(const NetworkData& data, const Parameters& p, std::size_t l);
// The greatest Euclidean norm of a column, squared, from above.
balls::Real longest_column_squared(const balls::Matrix& A);
inline bool is_negative(const balls::Real& x) { return arb_is_negative(x.get()) != 0; }

}  // namespace nadir::network_check
