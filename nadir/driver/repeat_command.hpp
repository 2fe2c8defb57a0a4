// The command line that repeats a recorded run: the family, and every option whose value is not the default.
#pragma once

#include <string>

#include "nadir/driver/run_record.hpp"

namespace nadir {

// In one line, words quoted for a shell, without -o. Points that were handed over in memory are not in the record,
// nor in the line. Throws InputError where the record names a family or an option that this build does not know.
std::string repeat_command(const RunRecord& record, const std::string& place);

}  // namespace nadir
