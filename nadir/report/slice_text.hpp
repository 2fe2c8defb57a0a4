// A slice as text for a person: its axes, the range of values, where the least one lies.
#pragma once

#include <string>

#include "nadir/landscape/slice.hpp"

namespace nadir {

// Ends in a newline; plain ASCII. The last line says what was not established.
std::string slice_text(const Slice& slice);

}  // namespace nadir
