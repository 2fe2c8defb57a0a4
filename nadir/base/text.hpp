// Values as text for files that programs read back.
#pragma once

#include <string>

namespace nadir {

// The shortest decimal that reads back as the same double.
std::string shortest_text(double x);

// A field of a csv file: in double quotes where its reader would otherwise cut, trim or lose it.
std::string csv_field(const std::string& text);

}  // namespace nadir
