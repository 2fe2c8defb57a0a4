// How far apart two networks of one architecture are up to what leaves their outputs and their penalty alone.
#pragma once

#include "nadir/core/point.hpp"
#include "nadir/problems/network/data.hpp"

namespace nadir {

// |a - g b| / max(|a|, |b|) for one symmetry g that brings b close to a, after both were put into a standard form:
//   - hidden units may change places;
//   - with an odd activation (tanh, identity) a unit may change the sign of all its weights;
//   - where s(c z) = c s(z) for c > 0 and nothing is penalised, incoming weights and bias are scaled to length 1;
//   - softmax does not see one number added to all outputs: the mean is taken off (of weights only without penalty).
// Units are matched layer after layer, each to the nearest that is left by incoming weights and, where they are
// comparable already, outgoing ones. Where two units of one network almost agree the match need not be the best:
// the distance is then too large. Identity layers and units that are never active have more symmetries than these.
double relative_network_distance(const NetworkData& data, const Point& a, const Point& b);

}  // namespace nadir
