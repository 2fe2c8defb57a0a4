// Verdicts in plain words. The oracle is the meaning of the words in docs/formats/verdict.md: what is not proved is never
// said without a reservation, and every kind of verdict and of ending has words of its own.
#include "nadir/report/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace nadir {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Headline headlines[] = {Headline::undecided,         Headline::global_minimum, Headline::local_minimum, Headline::spurious_minimum,
                                  Headline::strict_saddle,     Headline::degenerate_saddle, Headline::not_critical};

Verdict verdict_of(Headline headline, Rigor rigor) {
  Verdict v;
  v.headline = headline;
  v.rigor = rigor;
  v.value = 1.5;
  v.gradient_norm = 1e-3;
  return v;
}

RunEnding solved() {
  return {.command = "solve", .family = "network", .folder = "my run", .exit_reason = "finished", .termination = Termination::gradient_small, .has_certificate = true};
}

std::string all_text(const PlainWords& words) {
  std::string text = words.title + "\n" + words.lead;
  for (const auto& [heading, paragraph] : words.paragraphs) text += "\n" + heading + "\n" + paragraph;
  return text;
}

TEST(PlainWords, differ_from_verdict_to_verdict_and_state_the_value) {
  std::set<std::string> titles;
  for (const Headline headline : headlines) {
    const PlainWords words = in_words(verdict_of(headline, Rigor::proved), solved());

    titles.insert(words.title);
    EXPECT_THAT(words.lead, HasSubstr("1.5")) << name(headline);
    EXPECT_THAT(all_text(words), HasSubstr("What to do next"));
  }
  EXPECT_EQ(titles.size(), std::size(headlines));
}

TEST(PlainWords, of_what_is_not_proved_never_say_that_it_is) {
  for (const Headline headline : headlines) {
    const PlainWords words = in_words(verdict_of(headline, Rigor::numerical), solved());

    EXPECT_THAT(all_text(words), Not(HasSubstr("Proved."))) << name(headline);
    if (headline == Headline::undecided || headline == Headline::not_critical) continue;
    EXPECT_THAT(words.title, HasSubstr("pparently")) << name(headline);
    EXPECT_THAT(words.lead, testing::ContainsRegex("As far as floating-point arithmetic shows, [a-z]")) << name(headline);
  }
}

TEST(PlainWords, of_a_slope_down_which_no_lower_value_was_found_advise_something_else_than_more_iterations) {
  RunEnding flat = solved();
  flat.termination = Termination::value_flat;
  Verdict v = verdict_of(Headline::not_critical, Rigor::proved);

  EXPECT_THAT(all_text(in_words(v, flat)), HasSubstr("found no lower value in 64-bit floats"));
  EXPECT_THAT(all_text(in_words(v, flat)), Not(HasSubstr("--max-iterations")));
  EXPECT_THAT(all_text(in_words(v, solved())), HasSubstr("--max-iterations"));

  v.escape = Escape{};
  EXPECT_THAT(all_text(in_words(v, flat)), Not(HasSubstr("found no lower value")));
}

TEST(PlainWords, of_a_global_minimum_state_gap_and_tolerance) {
  Verdict v = verdict_of(Headline::global_minimum, Rigor::proved);
  v.lower_bound = 1.5 - 3e-9;
  v.gap = 3e-9;
  v.gap_scale = 1.5;

  const PlainWords words = in_words(v, solved());

  EXPECT_THAT(words.lead, HasSubstr("3\u00a0\u00d7\u00a010\u207b\u2079"));
  EXPECT_THAT(words.lead, HasSubstr("2\u00a0\u00d7\u00a010\u207b\u2079"));
  EXPECT_THAT(all_text(words), HasSubstr("`nadir verify 'my run'`"));
  EXPECT_THAT(all_text(words), HasSubstr("says nothing of data that are not in them"));
}

TEST(PlainWords, begin_with_a_warning_where_the_checker_said_no) {
  const Verdict v = verdict_of(Headline::global_minimum, Rigor::proved);
  RunEnding checked = solved();
  checked.is_verified = false;
  const PlainWords refused = in_words(v, checked);
  checked.is_verified = true;
  const PlainWords confirmed = in_words(v, checked);

  EXPECT_THAT(refused.title, testing::StartsWith("Not verified."));
  EXPECT_THAT(refused.paragraphs.front().second, HasSubstr("did not confirm"));
  EXPECT_THAT(all_text(confirmed), HasSubstr("has checked it"));
  EXPECT_THAT(all_text(confirmed), Not(HasSubstr("Not verified")));
}

TEST(PlainWords, of_a_stopped_run_say_how_to_go_on) {
  RunEnding stopped = solved();
  stopped.exit_reason = "time_limit";

  const std::string judged = all_text(in_words(verdict_of(Headline::not_critical, Rigor::proved), stopped));
  stopped.exit_reason = "interrupted";
  const std::string unjudged = all_text(in_words_without_verdict(stopped));

  EXPECT_THAT(judged, HasSubstr("time limit"));
  EXPECT_THAT(judged, HasSubstr("--resume -o 'my run'"));
  EXPECT_THAT(unjudged, HasSubstr("No verdict yet"));
  EXPECT_THAT(unjudged, HasSubstr("--resume -o 'my run'"));
}

TEST(PlainWords, of_a_breakdown_say_what_to_try_and_not_to_resume) {
  RunEnding broken = solved();
  broken.exit_reason = "numerical_breakdown";

  const std::string text = all_text(in_words_without_verdict(broken));

  EXPECT_THAT(text, HasSubstr("--step-size"));
  EXPECT_THAT(text, Not(HasSubstr("--resume")));
}

TEST(Typeset, sets_numbers_as_print_does) {
  EXPECT_EQ(typeset(0.25), "0.25");
  EXPECT_EQ(typeset(-0.25), "\u22120.25");
  EXPECT_EQ(typeset(3.088317129806839e-09), "3.09\u00a0\u00d7\u00a010\u207b\u2079");
  EXPECT_EQ(typeset(-1.5e20), "\u22121.5\u00a0\u00d7\u00a010\u00b2\u2070");
  EXPECT_EQ(typeset(0.0), "0");
  EXPECT_EQ(typeset(std::numeric_limits<double>::quiet_NaN()), "not a number");
  EXPECT_EQ(typeset(-std::numeric_limits<double>::infinity()), "minus infinity");
}

}  // namespace
}  // namespace nadir
