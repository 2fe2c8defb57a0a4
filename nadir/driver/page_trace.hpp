// A trace as the page draws it: JSON with one array a column, thinned where it is long (report/thin_trace.hpp).
//
//   {"rows": 1000000, "shown": 4803, "above": "bound", "columns": {"iteration": [...], "seconds": [...],
//    "value": [...], "gap": [...], "gradient_norm": [...], ...}, "events": [{"row": 17, "kind": "escape", "count": 1}]}
//
// `gap` is the value above the lower bound ("above": "bound"), or above the lowest value of the trace where no bound is
// known ("lowest"); computed here, because the page has fewer digits than the difference needs. Columns that have no
// number are left out; in the others null stands for what is not a finite number.
#pragma once

#include <string>

#include "nadir/core/trace.hpp"

namespace nadir {

std::string page_trace(const Trace& trace, double lower_bound);

}  // namespace nadir
