// A run folder read back, for reports.
#pragma once

#include <string>

#include "nadir/core/verdict.hpp"
#include "nadir/driver/run_outcome.hpp"

namespace nadir {

struct StoredRun {
  Verdict verdict;  // its escape without displacement
  RunFacts facts;
  std::string json;  // verdict.json as it stands
};

// Throws InputError when the folder holds no run, or one that has no verdict yet.
StoredRun load_run(const std::string& path);

}  // namespace nadir
