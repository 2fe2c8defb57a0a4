// How far the measurements are from an isometry on low-rank matrices, estimated.
//
//   l |X|_F^2 <= |A(X)|^2 <= L |X|_F^2 for all X of rank at most 2 r,   delta_2r = (L - l) / (L + l),
// which does not change when A is scaled. Without noise and for psd, delta_2r < 1/5 leaves no spurious local minimum
// [BhojanapalliNeyshaburSrebro2016]; the sharp constant is 1/2 [ZhangSojoudiLavaei2019; ZhangBiLavaei2021].
//
// Random matrices of rank 2 r, improved by a few projected power steps, give a lower bound of delta: a large
// estimate shows that the theorem does not apply, a small one shows nothing. Never a proof that it does.
#pragma once

#include "nadir/problems/matrix_sensing/data.hpp"

namespace nadir {

struct IsometryEstimate {
  double least = 0.0, greatest = 0.0;  // of |A(X)|^2 / |X|_F^2 among the matrices tried
  Index rank = 0;                      // of these matrices, 2 r at most

  double delta() const { return (greatest - least) / (greatest + least); }
};

// Deterministic. Cost: some 10 passes over large operators, 100 over small ones.
IsometryEstimate estimate_isometry(const SensingData& data, Index rank);

}  // namespace nadir
