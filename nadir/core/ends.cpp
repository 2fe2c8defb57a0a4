#include "nadir/core/ends.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

void EndTable::add(const Verdict& verdict, double floor) {
  const double tolerance = verdict.tolerance * verdict.gap_scale;
  for (End& end : rows) {
    // Written so that values that are not finite, or equal, count as one too.
    const bool is_same_value = end.value == verdict.value || std::fabs(end.value - verdict.value) <= tolerance ||
                               (std::isnan(end.value) && std::isnan(verdict.value));
    if (end.headline != verdict.headline || !is_same_value) continue;
    end.value = std::fmin(end.value, verdict.value);
    end.rigor = std::min(end.rigor, verdict.rigor);
    end.floor = std::fmin(end.floor, floor);
    ++end.count;
    return;
  }
  rows.push_back({verdict.value, verdict.headline, verdict.rigor, 1, floor});
}

std::vector<End> EndTable::ranked(double tolerance, double best) const {
  std::vector<End> sorted = rows;
  const auto is_lower = [](const End& a, const End& b) {
    return std::isnan(b.value) ? !std::isnan(a.value) : a.value < b.value;
  };
  std::stable_sort(sorted.begin(), sorted.end(), is_lower);
  for (End& end : sorted) {
    if (end.headline != Headline::local_minimum || !(end.value > sorted.front().value + tolerance)) continue;
    end.headline = Headline::spurious_minimum;
    if (!(best < end.floor)) end.rigor = Rigor::numerical;
  }
  return sorted;
}

}  // namespace nadir
