// Options that every verb understands: where a run writes, how long it may take, with how many threads.
//
// But for the seed, none of them changes what a finished run finds.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "nadir/core/options.hpp"

namespace nadir {

struct RunOptions {
  std::int64_t seed = 0;
  std::int64_t threads = 0;  // 0: all cores
  double time_limit = std::numeric_limits<double>::infinity();  // seconds, counted anew when a run is resumed
  double checkpoint_every = 30.0;                                // seconds
  bool resume = false;
  std::string output;  // the run folder
};

OptionList rows(RunOptions& options);

}  // namespace nadir
