// A verdict in plain words, for a person who has never met nadir: what was found, how sure that is, what was not
// shown, what to do next. One home for these sentences; the page prints them first.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nadir/core/result.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

struct PlainWords {
  std::string title;  // a sentence without its full stop
  std::string lead;   // what was found, with the numbers that matter most
  std::vector<std::pair<std::string, std::string>> paragraphs;  // a heading and a text, in the order of reading
};

// How the run that found the point ended, as far as the words depend on it.
struct RunEnding {
  std::string command;      // "solve" or "judge"
  std::string family;
  std::string folder;       // where `nadir verify` and --resume find it
  std::string exit_reason;  // of run.json: "finished", "time_limit", "interrupted", "numerical_breakdown", "running"
  Termination termination = Termination::not_run;  // of the run that found the point; not_run for a judged one
  bool has_certificate = false;
  std::optional<bool> is_verified;  // what the checker said of the certificate as it stands; nothing: it was not asked
};

PlainWords in_words(const Verdict& verdict, const RunEnding& ending);
// Of a run that ended before anything was known of its point.
PlainWords in_words_without_verdict(const RunEnding& ending);

// A number as print sets it, in UTF-8: "3.09 x 10^-9" with the sign of multiplication and raised digits.
std::string typeset(double x, int digits = 3);

}  // namespace nadir
