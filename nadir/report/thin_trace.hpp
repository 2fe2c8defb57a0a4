// A long trace made short enough to draw, without losing what the eye would have seen.
//
// The rows are cut into as many equal buckets as a picture has columns of dots. Of each bucket those rows stay that
// hold the least and the greatest number of any column (M4 aggregation, here by rows instead of by time); besides, the
// first row, the last, and the rows with an event and before one. So a line through
// the rows that stay covers the same dots as one through all.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nadir/core/trace.hpp"

namespace nadir {

// An event, or several of one kind in one bucket.
struct EventMark {
  std::size_t row = 0;  // index into `ThinTrace::rows`; of the first
  std::string kind;
  std::size_t count = 1;
};

struct ThinTrace {
  std::vector<std::size_t> rows;  // of the trace, ascending
  std::vector<EventMark> events;  // every event of the trace is counted in one of them
};

// Everything where the trace has at most `all_below` rows. Else at most about 14 rows a bucket, and the marks of one
// bucket and kind are merged into the first.
ThinTrace thinned(const Trace& trace, std::size_t num_buckets = 400, std::size_t all_below = 2000);

}  // namespace nadir
