// SIGINT and SIGTERM as a flag that the driver looks at between iterations.
#pragma once

#include <atomic>

namespace nadir::cli {

// From now on the first of these signals sets the flag and the second ends the process as usual.
const std::atomic<bool>& catch_interrupts();

}  // namespace nadir::cli
