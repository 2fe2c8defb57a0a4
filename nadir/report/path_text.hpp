// Ways between two points as text for a person: how far apart they are, what stands between them, and the pass.
#pragma once

#include <string>

#include "nadir/landscape/path.hpp"

namespace nadir {

// Ends in a newline; plain ASCII. The last line says what was not established.
std::string path_text(const Path& path);

}  // namespace nadir
