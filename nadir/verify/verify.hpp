// Is what a run folder claims true? Decided from its certificate alone, by code that shares nothing with
// solvers and judges but file formats and rigor/.
//
// A run folder is verified when
//   1. certificate.json, point.npz, witness.npz, verdict.json and every data file have the fingerprints that
//      the certificate states (docs/formats/certificate.md);
//   2. every claim that the certificate marks `proved` is re-derived from data, point and witness;
//   3. these claims add up to the headline (core/certificate.hpp), where it is marked `proved`;
//   4. verdict.json says what the certificate says: family, headline, rigor, value, bound, gap, gradient.
// Where the headline is not marked `proved`, `verified` means that the proved claims hold, and `statement`
// says that the headline itself is not certified.
//
// "Not verified" is not "false": a claim may hold and still be beyond what this check can re-derive. What is
// never verified: the prose of verdict.json, its curvature counts, its details, and who wrote the folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nadir/core/verdict.hpp"
#include "nadir/verify/check.hpp"

namespace nadir {

struct VerifyOptions {
  Arithmetic arithmetic = Arithmetic::automatic;
  std::function<bool()> should_stop = {};  // asked often (base/stop.hpp); empty: never
};

struct ClaimResult {
  std::string kind;
  std::string claim;  // a sentence made from the claim's kind and numbers, never the certificate's own prose
  Rigor rigor = Rigor::proved;
  bool verified = false;
  bool is_reached = true;  // false: VerifyOptions::should_stop came first, and nothing is said of the claim
  std::string how;     // "ball arithmetic", "error-bounded floating point", "comparison of verified claims"
  std::string reason;  // why not, if not verified
};

struct Verification {
  bool verified = false;
  bool is_decided = true;  // false: stopped before every claim was checked, and nothing stands against the folder so far
  std::string family;
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  std::vector<ClaimResult> claims;       // those marked proved
  std::vector<std::string> not_checked;  // sentences of claims that are not marked proved
  std::vector<std::string> objections;   // why `verified` is false, beyond single claims
  std::string statement;                 // one sentence: what is established
  double seconds = 0.0;
};

// Throws InputError when the folder is no run folder (no certificate.json) or its intact certificate is
// malformed; FileError when the system refuses to read. Altered, truncated and missing files are objections.
Verification verify(const std::string& run_folder, const VerifyOptions& options = {});

// Schema nadir.verification/1, docs/formats/verification.md.
std::string verification_to_json(const Verification& verification);

// The claim in words, from its kind and numbers: "the value is at least 0.5 and at most 0.5".
std::string sentence(const Claim& claim);

}  // namespace nadir
