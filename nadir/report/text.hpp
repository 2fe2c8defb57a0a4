// A verdict as text for a person: one line first, then the evidence, last what was not established.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nadir/core/ends.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

// What stands in a text report beside the verdict. Empty fields are left out of the text.
struct RunFacts {
  std::string solver;  // empty: the point was given, nobody solved
  Termination termination = Termination::not_run;
  std::int64_t iterations = 0;
  std::int64_t escapes = 0;   // how often the run left a point that was no minimum
  std::vector<End> ends;      // printed where more than one start was made
  std::map<std::string, double> seconds;
  std::string folder;
  bool has_certificate = false;  // whether `nadir verify` has something to check
};

// The first line: "trust-region  37 iterations  value 1.204e-09  gradient_small  local-minimum: proved".
std::string headline_text(const Verdict& verdict, const RunFacts& facts);
// The whole report, ending in a newline. Only plain ASCII is added to what the verdict says.
std::string text_report(const Verdict& verdict, const RunFacts& facts);

}  // namespace nadir
