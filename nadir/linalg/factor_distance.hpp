// How far apart two matrices are that are known by their factors.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// |U1 V1^T - U2 V2^T|_F / max(|U1 V1^T|_F, |U2 V2^T|_F), and 0 where both vanish. U_i is m x r_i, V_i is n x r_i; the
// two ranks may differ. Through thin QR factorisations of [U1 U2] and [V1 V2], without an m x n matrix and without
// the cancellation of Gram products: errors are a few eps. Throws NumericalBreakdown for entries that
// are not finite.
double relative_factor_distance(ConstMatrixView U1, ConstMatrixView V1, ConstMatrixView U2, ConstMatrixView V2);

}  // namespace nadir
