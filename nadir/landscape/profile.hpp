// The objective along a curve, and its highest place, by values at few t.
//
// Even values first; then the intervals whose possible maximum exceeds the greatest value by most are cut where the maximum
// would be, until none can exceed it by more than `tol` of the range of the values. What an interval may hold is judged from
// its neighbours' values, kinks allowed:
//   where the slopes of the chords before, in and after it descend   the place where the outer chords meet: no concave
//                                                                    function through the four values is higher; steeper
//                                                                    chords where slopes grow towards it
//   else                                                             a parabola over the chord, bent four times as much as
//                                                                    the values around either end are: also a kink in the
//                                                                    middle of the interval is that high
// An estimate: a spike between two values that bends neither neighbourhood goes unseen.
#pragma once

#include <functional>

#include "nadir/landscape/curve.hpp"
#include "nadir/landscape/path.hpp"

namespace nadir {

struct ProfileOptions {
  Index points = 61;        // even ones; at least 3 [Garipov2018 evaluates at 61]
  Index most_points = 0;    // in all; 0: four times `points`
  double tol = 1e-4;        // of the barrier, relative to the range of the values
  std::function<bool()> should_stop;  // asked between batches; may be empty
};

struct Profile {
  Vector t, values;  // ascending
  PathBarrier barrier;
  bool is_stopped = false;  // the values that are there are meant; the uncertainty is infinite
};

// knots: places besides the even ones where a value is wanted, kinks of the curve say. Throws InputError for fewer than
// three points.
Profile examine_profile(const ValuesAlong& values_along, const Vector& knots, const ProfileOptions& options = {});

}  // namespace nadir
