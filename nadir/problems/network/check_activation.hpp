// Activations of balls. Included by the .cpp files of this folder's checks only.
#pragma once

#include "nadir/problems/network/data.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::network_check {

struct Jet {
  balls::Real value, first, second;
  bool has_first = true, has_second = true;  // shown to exist on the whole ball
};

// s, s' and s'' on the ball.
Jet jet(const Activation& activation, const balls::Real& z);
// s alone
balls::Real value(const Activation& activation, const balls::Real& z);

}  // namespace nadir::network_check
