// What several starts reached: each kind of end once, with how often it was met.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "nadir/core/verdict.hpp"

namespace nadir {

struct End {
  double value = 0.0;  // the least among the ends counted here
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;  // the least among the ends counted here
  std::int64_t count = 1;
  // Proved: none of the local minima at these ends has a value below it. -infinity: not known.
  double floor = -std::numeric_limits<double>::infinity();
  friend bool operator==(const End&, const End&) = default;
};

// Ends with one headline and values within `tolerance * gap_scale` of the first that was met count as one.
struct EndTable {
  std::vector<End> rows;  // in the order they were first met

  // `floor` as minimum_floor (core/certificate.hpp) finds it in the certificate.
  void add(const Verdict& verdict, double floor = -std::numeric_limits<double>::infinity());
  // Lowest value first. A local minimum above the lowest value by more than the tolerance is renamed
  // spurious-minimum, which is what the words mean once a better point is in hand. It stays proved where `best`, a
  // proved upper bound of the value at some point, lies below its floor; otherwise its rigor becomes `numerical`,
  // because the two values are compared in floating point.
  std::vector<End> ranked(double tolerance, double best = std::numeric_limits<double>::infinity()) const;
};

}  // namespace nadir
