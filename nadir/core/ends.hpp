// What several starts reached: each kind of end once, with how often it was met.
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/core/verdict.hpp"

namespace nadir {

struct End {
  double value = 0.0;  // the least among the ends counted here
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;  // the least among the ends counted here
  std::int64_t count = 1;
  friend bool operator==(const End&, const End&) = default;
};

// Ends with one headline and values within `tolerance * gap_scale` of the first that was met count as one.
struct EndTable {
  std::vector<End> rows;  // in the order they were first met

  void add(const Verdict& verdict);
  // Lowest value first. A local minimum above the lowest value by more than the tolerance is renamed
  // spurious-minimum, which is what the words mean once a better point is in hand; its rigor becomes
  // `numerical`, because the two values are compared in floating point.
  std::vector<End> ranked(double tolerance) const;
};

}  // namespace nadir
