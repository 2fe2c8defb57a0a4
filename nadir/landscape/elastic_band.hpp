// A path of least resistance between two points: pivots that slide down sideways until only the slope along the path is left.
//
// Pivots p_1, ..., p_N between fixed ends feel F_i = -(g_i - (g_i . tau_i) tau_i), g_i the gradient, tau_i the tangent of
// [HenkelmanJonsson2000, (8)-(11)], towards the higher neighbour. Where F = 0 everywhere the pivots lie on a path of steepest
// descent from a pass, up to the spacing. They move together by quasi-Newton steps, L-BFGS without a line search because F is
// no gradient [SheppardTerrellHenkelman2008, sec. II]: a step is undone where the force grows threefold. After every step they are
// put back to their shares of the length, in the place of springs [ERenVandenEijnden2007; Draxler2018].
// Cycles [Draxler2018, AutoNEB]: where the objective between two pivots exceeds the line through theirs, pivots are
// inserted and the band relaxes again. In the last cycle the highest pivot climbs: it feels -g + 2 (g . tau) tau
// [HenkelmanUberuagaJonsson2000], which leads it to the pass itself.
//
// Converged: every |F_i| is at most `force_tol` times (range of the values on the band) / (its length), and so is that of the
// climber. A band that does not get there is the lowest at the end of a cycle. Which pass the band finds depends on where it
// begins; that no lower one exists is not shown.
#pragma once

#include <cstdint>
#include <functional>

#include "nadir/landscape/curve.hpp"

namespace nadir {

struct ElasticBandOptions {
  Index pivots = 7;             // at first; at least 1
  Index most_pivots = 31;       // after insertions
  Index max_iterations = 500;   // of all cycles together; each is a gradient at every pivot
  double force_tol = 0.02;
  double displacement = 1e-3;   // of the pivots at first, at random, relative to the length of the line
  std::uint64_t seed = 0;
  bool is_concurrent = true;    // gradients at several pivots at once; false for functions that are not made for that
  std::function<bool()> should_stop;  // asked between iterations; may be empty
};

struct ElasticBand {
  Curve curve;              // its knots are shares of the length
  Vector values;            // at all control points
  Index highest = 0;        // control point; 0 or the last where the way leads only down from an end
  Vector tangent;           // there, of length 1; empty at an end, and where the band is as good as flat: 1e-4 of the line's range
  double force = 0.0;       // the greatest |F_i|
  Index iterations = 0;
  bool is_converged = false, is_stopped = false;
};

// Gradients at the pivots are computed on as many threads as there are; the result does not depend on them. Pivots where the
// objective is not finite end the relaxation where it was. Throws InputError for ends of unequal length, options out of range.
ElasticBand relax_elastic_band(ProblemRef problem, std::span<const double> a, std::span<const double> b, const ElasticBandOptions& options = {});

}  // namespace nadir
