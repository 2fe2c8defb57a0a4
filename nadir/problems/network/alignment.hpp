// A network moved along its symmetries towards another one: weight matching.
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/network/data.hpp"

namespace nadir {

// The image of `point` under
//   - permutations of the hidden units of each layer;
//   - with an odd activation (tanh, identity), a change of sign of all weights of a unit;
//   - where s(c z) = c s(z) for c > 0 and nothing is penalised, a unit's incoming weights and bias times c, outgoing ones / c;
//   - with cross-entropy, one number added to all outputs (by weights too where nothing is penalised),
// that is close to `reference`. Layer after layer, while the distance falls: with the other layers as they are, signs and
// scales are best for each pair of units, and the permutation is best for those (an exact linear assignment). That is
// coordinate ascent [Ainsworth2023, Alg. 1], with scales and signs in it: exact for one hidden layer, a local optimum for
// several, and the better of two: from the point as it is, and from its units matched by incoming weights alone from the first
// layer on, which finds permuted copies again. The layers are visited in order, so that the answer is one.
//
// Identity layers have more symmetries than these. Nothing for a network without hidden layers or with entries that are not
// finite.
std::optional<AlignedPoint> aligned_network(const NetworkData& data, const Point& point, const Point& reference);

}  // namespace nadir
