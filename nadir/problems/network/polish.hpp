// Newton's steps at the end of a solver's run: a trust region stops where the value no longer tells steps apart, a long way
// from where the gradient is rounding, and proofs of isolated minima need the gradient (isolated_minimum.hpp).
#pragma once

#include "nadir/problems/network/network.hpp"

namespace nadir {

// x, or a point near it with a smaller gradient and a value that is larger by rounding at most. Steps leave the span of
// eigenvectors alone whose eigenvalues are zero beside the largest (symmetries). Does nothing above 300 parameters or
// n p^2 = 1e9, at saddles, where the gradient exceeds 1e-5 of its scale, and where it would cross a kink for no gain.
// Numerical; a few dense Hessians with their spectra.
Vector polished(const Network& problem, Vector x);

}  // namespace nadir
