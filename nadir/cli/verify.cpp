// nadir verify DIR
#include "nadir/driver/verify.hpp"

#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/cli/interrupt.hpp"
#include "nadir/cli/verdict_output.hpp"
#include "nadir/driver/run_limits.hpp"

namespace nadir::cli {
namespace {

std::string verification_text(const Verification& v) {
  std::string text = std::string(!v.is_decided ? "not decided" : v.verified ? "verified" : "NOT VERIFIED") + ": " + v.statement + "\n";
  if (!v.claims.empty()) text += "\nclaims\n";
  for (const ClaimResult& claim : v.claims) {
    text += std::string(!claim.is_reached ? "  --   " : claim.verified ? "  yes  " : "  NO   ") + claim.claim + "\n       " +
            (claim.verified ? "by " + claim.how : claim.reason) + "\n";
  }
  if (!v.objections.empty()) text += "\nobjections\n";
  for (const std::string& objection : v.objections) text += "  " + objection + "\n";
  if (!v.not_checked.empty()) text += "\nnot checked, because the certificate does not call it proved\n";
  for (const std::string& sentence : v.not_checked) text += "  " + sentence + "\n";
  return text;
}

bool is_met(const Verification& v, const std::string& level) {
  if (level.empty()) return true;
  Verdict verdict;
  verdict.headline = v.headline;
  verdict.rigor = v.rigor;
  return meets(verdict, level);
}

}  // namespace

int run_verify(std::span<const std::string> arguments) {
  const std::string usage = "nadir verify DIR";
  CommonOptions common;
  std::string arithmetic = "automatic";
  const std::vector<OptionGroup> groups{
      {"Checking",
       {option("arithmetic", arithmetic, "balls: arbitrary precision for every claim, however long it takes")
            .one_of({"automatic", "balls"})}},
      {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(usage + ": check the certificate of a run folder; exit code 1 when it does not hold\n" +
                 options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, usage);
  VerifyOptions options;
  options.arithmetic = arithmetic == "balls" ? Arithmetic::balls : Arithmetic::automatic;
  const RunLimits limits(common.run.time_limit, {&catch_interrupts(), {}});
  options.should_stop = limits.question();
  const Verification verification = verify(line.words[0], options);
  print_result(common.json ? verification_to_json(verification) : verification_text(verification));
  if (!verification.is_decided) {
    print_message(stopped_text(limits.reason_to_stop()) + " before every claim was checked: nothing is decided");
    return exit_stopped;
  }
  if (verification.verified && !is_met(verification, common.require))
    print_message("--require " + common.require + " is not met");
  return verification.verified && is_met(verification, common.require) ? exit_done : exit_refused;
}

}  // namespace nadir::cli
