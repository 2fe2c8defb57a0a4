// A spectrum as text for a person: the ends with their bounds, the trace, the blocks, and two histograms.
#pragma once

#include <string>

#include "nadir/landscape/spectrum.hpp"

namespace nadir {

// Ends in a newline; plain ASCII. The histograms share the weight of the measure among even bins between the ends, and
// among the decades of the modulus; the last line says what was not established.
std::string spectrum_text(const Spectrum& spectrum);

}  // namespace nadir
