// The history of a run: value and gap above, gradient norm below, what happened marked.
#pragma once

#include <string>

#include "nadir/core/trace.hpp"
#include "nadir/figure/picture_options.hpp"

namespace nadir::figures {

struct TraceData {
  std::string family;
  Trace trace;               // thinned where it is long
  double lower_bound = 0.0;  // of the objective, proved or known; not finite: none, then the least value seen stands for it
};

// Logarithmic unless a linear scale is asked for; what is not above 0 (the gap at the least value itself) has no place on
// a logarithmic axis and is left out. The value itself is drawn where it is above 0 throughout.
Drawing draw_trace(const TraceData& data, const PictureOptions& options);

}  // namespace nadir::figures
