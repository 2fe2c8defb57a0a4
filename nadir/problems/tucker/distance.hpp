// How far apart the tensors of two points are, whatever the bases of their factors.
#pragma once

#include "nadir/core/point.hpp"
#include "nadir/problems/tucker/data.hpp"

namespace nadir {

// |X_a - X_b| / max(|X_a|, |X_b|) of the tensors that two points describe, and 0 where both vanish. The ranks may differ.
// Through QR factorisations of the two factors of every mode side by side: of the size of the cores, without the
// cancellation of inner products, errors are a few eps. Throws NumericalBreakdown for entries that are not finite.
double relative_tucker_distance(const TuckerData& data, const Point& a, const Point& b);

}  // namespace nadir
