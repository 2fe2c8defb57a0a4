// The statements of a judgement that rest on the theorems of theorems.hpp, with their claims.
#pragma once

#include <optional>
#include <span>

#include "nadir/judge/judgement_builder.hpp"
#include "nadir/problems/network/theorems.hpp"

namespace nadir {

// States that weights with value 0 lie near the point, where that is proved (claim "interpolating-point").
void state_exact_fit(const Network& problem, std::span<const double> x, JudgementBuilder& builder);

// States that a local minimum lies within a millionth of the point's length (claim "plateau-minimum"). A lower bound of
// its value, or nullopt.
std::optional<double> state_plateau_minimum(const Network& problem, std::span<const double> x, JudgementBuilder& builder);

// States that a strict local minimum, or one up to the symmetries of slice.hpp, lies near the point (claims
// "isolated-minimum" and "minimum-up-to-symmetry"). False where it is not proved.
bool state_isolated_minimum(const Network& problem, std::span<const double> x, JudgementBuilder& builder);

// The test of kinks.hpp with what it proves: claims "local-minimum" and "directional-derivative".
struct KinkStatement {
  KinkStanding standing = KinkStanding::undecided;
  bool is_proved = false;  // a claim was made that supports local-minimum or not-critical
  Vector direction;        // where the point descends
  int order = 1;
};
// `scale` and `tolerance` of criticality. Nullopt where the test does not apply.
std::optional<KinkStatement> state_kinks(const Network& problem, std::span<const double> x, double scale, double tolerance,
                                         JudgementBuilder& builder);

// A direction that is proved to fall, at kinks of any network (claim "directional-derivative"), steeply enough for
// not-critical at that scale and tolerance.
std::optional<Vector> state_falling_direction(const Network& problem, std::span<const double> x, double scale, double tolerance,
                                              JudgementBuilder& builder);

}  // namespace nadir
