// What this build of nadir is; stands in run.json and in `nadir version`.
#pragma once

#include <string>

namespace nadir {

std::string version();   // "0.1.0", the version of the CMake project
std::string compiler();  // "g++ 12.2.0" or "clang++ 14.0.6"

}  // namespace nadir
