// Ends that are one point up to the family's symmetries.
//
// Two ends belong together when both are minima, or both saddles of one kind, or both neither; when their values differ
// by no more than the tolerance of equal values; and when Family::relative_distance is at most `point_tolerance`.
// Each end is compared with the first of every class, in the order of the starts, so that the classes depend on the ends
// alone. A solver may stop where the value is within g = --gap of the least one: points are then good to about sqrt(g),
// relatively, at best, and a tolerance below that splits a minimum into many. Ends on a flat valley that no symmetry explains are as many classes as they are farther apart than the tolerance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/io/survey_database.hpp"

namespace nadir {

// global-minimum, local-minimum or spurious-minimum.
bool is_minimum(Headline headline);

class PointClasses {
 public:
  // The family outlives this.
  PointClasses(const Family& family, double point_tolerance) : family_(family), tolerance_(point_tolerance) {}

  // The number of the end's class, from 0 in the order the classes were met. Not for broken ends.
  std::size_t add(const SurveyEnd& end);
  std::size_t count() const { return firsts_.size(); }
  std::int64_t num_minima() const { return num_minima_; }

 private:
  bool is_same(const SurveyEnd& first, const SurveyEnd& end) const;

  const Family& family_;
  double tolerance_;
  std::vector<SurveyEnd> firsts_;
  std::int64_t num_minima_ = 0;
};

}  // namespace nadir
