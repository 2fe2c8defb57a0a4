#include "nadir/report/thin_trace.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace nadir {
namespace {

constexpr std::array columns{&TraceRow::value, &TraceRow::gradient_norm, &TraceRow::curvature,
                             &TraceRow::step,  &TraceRow::sharpness,     &TraceRow::step_size};

// The rows of [begin, end) that hold an extreme of some column. NaN and infinities have no place in a picture.
void add_extremes(const Trace& trace, std::size_t begin, std::size_t end, std::vector<std::size_t>& rows) {
  for (const auto column : columns) {
    std::size_t least = end, greatest = end;
    for (std::size_t i = begin; i < end; ++i) {
      const double x = trace[i].*column;
      if (!std::isfinite(x)) continue;
      if (least == end || x < trace[least].*column) least = i;
      if (greatest == end || x > trace[greatest].*column) greatest = i;
    }
    if (least != end) rows.insert(rows.end(), {least, greatest});
  }
}

struct Marked {
  std::size_t row;
  std::string kind;
  std::size_t count;
};

// The first event of each kind in [begin, end), with how many there are of it.
void add_events(const Trace& trace, std::size_t begin, std::size_t end, std::vector<Marked>& marks) {
  std::map<std::string, std::size_t> mark_of;
  for (std::size_t i = begin; i < end; ++i) {
    if (trace[i].event.empty()) continue;
    const auto [it, is_new] = mark_of.try_emplace(trace[i].event, marks.size());
    if (is_new) marks.push_back({i, trace[i].event, 1});
    else ++marks[it->second].count;
  }
}

}  // namespace

ThinTrace thinned(const Trace& trace, std::size_t num_buckets, std::size_t all_below) {
  const bool is_short = trace.size() <= all_below;
  const std::size_t num_pieces = is_short ? trace.size() : std::max<std::size_t>(num_buckets, 1);
  std::vector<Marked> marks;
  ThinTrace thin;
  for (std::size_t k = 0; k < num_pieces; ++k) {
    const std::size_t begin = k * trace.size() / num_pieces, end = (k + 1) * trace.size() / num_pieces;
    add_extremes(trace, begin, end, thin.rows);
    add_events(trace, begin, end, marks);
    if (is_short) thin.rows.push_back(begin);
  }
  if (!trace.empty()) thin.rows.insert(thin.rows.end(), {0, trace.size() - 1});
  for (const Marked& mark : marks) {
    thin.rows.push_back(mark.row);
    if (mark.row > 0) thin.rows.push_back(mark.row - 1);  // a new start shows as a jump
  }
  std::sort(thin.rows.begin(), thin.rows.end());
  thin.rows.erase(std::unique(thin.rows.begin(), thin.rows.end()), thin.rows.end());
  for (const Marked& mark : marks) {
    const auto at = std::lower_bound(thin.rows.begin(), thin.rows.end(), mark.row);
    thin.events.push_back({static_cast<std::size_t>(at - thin.rows.begin()), mark.kind, mark.count});
  }
  return thin;
}

}  // namespace nadir
