// trace.csv: the history of a run, a header and one row per iteration.
//
// Numbers have the fewest digits that read back to the same bits; a curvature that was not met is empty. The columns
// sharpness and step_size follow where a row has one.
#pragma once

#include <string>
#include <string_view>

#include "nadir/core/trace.hpp"

namespace nadir {

std::string trace_to_csv(const Trace& trace);
// Throws InputError naming `place` and line for anything that trace_to_csv does not write.
Trace trace_from_csv(std::string_view text, const std::string& place);

}  // namespace nadir
