#include "nadir/driver/survey/classes.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

bool is_minimum(Headline headline) {
  return headline == Headline::global_minimum || headline == Headline::local_minimum || headline == Headline::spurious_minimum;
}

std::size_t PointClasses::add(const SurveyEnd& end) {
  for (std::size_t i = 0; i < firsts_.size(); ++i)
    if (is_same(firsts_[i], end)) return i;
  firsts_.push_back(end);
  if (is_minimum(end.headline)) ++num_minima_;
  return firsts_.size() - 1;
}

bool PointClasses::is_same(const SurveyEnd& first, const SurveyEnd& end) const {
  const bool is_one_kind = first.headline == end.headline || (is_minimum(first.headline) && is_minimum(end.headline));
  if (!is_one_kind || !(std::fabs(first.value - end.value) <= std::max(first.value_tolerance, end.value_tolerance))) return false;
  return family_.relative_distance(first.point, end.point) <= tolerance_;
}

}  // namespace nadir
