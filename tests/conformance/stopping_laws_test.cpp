// What a cut examination may say: less than a whole one, and nothing else. Every family is stopped at every point where it
// asks, or at as many as time allows.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>

#include "nadir/driver/judge.hpp"
#include "nadir/driver/solve.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/point_file.hpp"
#include "nadir/verify/verify.hpp"
#include "tests/conformance/example.hpp"

namespace nadir {
namespace {

// A question that says yes from the k-th time on; never for k = 0.
struct Countdown {
  std::int64_t k = 0, asked = 0;
  bool operator()() { return ++asked >= k && k > 0; }
};

// At most `most` of 1, ..., count, the first and the last among them.
std::vector<std::int64_t> moments(std::int64_t count, std::int64_t most) {
  std::vector<std::int64_t> result;
  const std::int64_t step = std::max<std::int64_t>(1, (count + most - 2) / (most - 1));
  for (std::int64_t k = 1; k < count; k += step) result.push_back(k);
  if (count > 0) result.push_back(count);
  return result;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Everything that `part` says, `whole` says, too.
void expect_weaker(const Judgement& part, const Judgement& whole) {
  EXPECT_FALSE(part.is_whole);
  const Verdict &p = part.verdict, &w = whole.verdict;
  const bool is_same = p.headline == w.headline;
  const bool is_less = p.headline == Headline::undecided || (p.headline == Headline::local_minimum && w.headline == Headline::spurious_minimum);
  EXPECT_TRUE(is_same || is_less) << name(p.headline) << " of " << name(w.headline);
  EXPECT_EQ(p.rigor, p.headline == Headline::undecided ? Rigor::numerical : Rigor::proved);
  EXPECT_TRUE(claims_support(p.headline, part.certificate.claims));
  EXPECT_NEAR(p.value, w.value, 1e-9 * std::fabs(w.value) + 1e-15);
  EXPECT_LE(p.lower_bound, w.lower_bound);
  EXPECT_GE(p.gap, w.gap);
  if (p.escape) {
    ASSERT_TRUE(w.escape);
    EXPECT_EQ(p.escape->displacement, w.escape->displacement);
    EXPECT_EQ(p.escape->decrease, w.escape->decrease);
  }
  const auto &claims = part.certificate.claims, &all_claims = whole.certificate.claims;
  ASSERT_LE(claims.size(), all_claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    EXPECT_EQ(claims[i].kind, all_claims[i].kind);
    EXPECT_EQ(claims[i].numbers, all_claims[i].numbers);
  }
  for (const auto& [name, matrix] : part.certificate.witness) {
    ASSERT_TRUE(whole.certificate.witness.contains(name)) << name;
    EXPECT_EQ(matrix, whole.certificate.witness.at(name)) << name;
  }
  // The last sentence says that it was stopped.
  ASSERT_GE(p.evidence.size(), 1u);
  ASSERT_LE(p.evidence.size() - 1, w.evidence.size());
  for (std::size_t i = 0; i + 1 < p.evidence.size(); ++i) {
    EXPECT_EQ(p.evidence[i].claim, w.evidence[i].claim);
    EXPECT_EQ(p.evidence[i].standing, w.evidence[i].standing);
    EXPECT_EQ(p.evidence[i].rigor, w.evidence[i].rigor);
  }
  EXPECT_EQ(p.evidence.back().standing, Standing::undecided);
}

class EveryStop : public testing::TestWithParam<FamilyRow> {
 protected:
  ScratchFolder scratch{"stop"};

  // A start, the origin, and where a solver ends.
  std::vector<Point> points(std::uint64_t seed) {
    const std::unique_ptr<Family> family = example_on_disk(GetParam(), seed, scratch);
    const Point end = solve_in_memory(*family, {}).point, start = family->start(family->start_names().front(), 0, 0);
    return {start, Point(start.layout), end};
  }
};

TEST_P(EveryStop, of_a_judge_leaves_a_weaker_judgement) {
  for (const std::uint64_t seed : {0, 1}) {
    const std::unique_ptr<Family> family = prepared_example(GetParam(), seed);
    for (const Point& point : points(seed)) {
      if (point.layout != family->problem().layout()) family->reshape(point.layout);
      Countdown never;
      const JudgeOptions counting{.should_stop = std::ref(never)};
      const Judgement whole = family->judge(point, counting);
      ASSERT_TRUE(whole.is_whole);
      for (const std::int64_t k : moments(never.asked, 60)) {
        SCOPED_TRACE("question " + std::to_string(k) + " of " + std::to_string(never.asked));
        Countdown countdown{k};
        expect_weaker(family->judge(point, {.should_stop = std::ref(countdown)}), whole);
      }
    }
  }
}

TEST_P(EveryStop, of_a_judge_leaves_a_certificate_that_is_accepted) {
  for (const Point& point : points(0)) {
    std::atomic<bool> flag{false};
    Countdown countdown;
    const auto judged = [&](std::int64_t k, const std::string& folder) {
      flag = false;
      countdown = {k};
      const std::unique_ptr<Family> own = example_on_disk(GetParam(), 0, scratch);
      JudgeRequest request;
      request.point_in_hand = point;
      request.run.output = folder;
      return judge(*own, request, {&flag, [&] { flag = countdown(); }});
    };
    EXPECT_EQ(judged(0, scratch.file("whole")).stopped, Termination::not_run);
    EXPECT_TRUE(verify(scratch.file("whole")).verified);
    for (const std::int64_t k : moments(countdown.asked - 1, 12)) {
      const std::string folder = scratch.file("cut");
      const RunOutcome cut = judged(k, folder);
      EXPECT_EQ(cut.stopped, Termination::interrupted);
      EXPECT_TRUE(cut.is_judged);
      const Verification v = verify(folder);
      EXPECT_TRUE(v.verified) << v.statement << (v.objections.empty() ? "" : v.objections.front());
      std::filesystem::remove_all(folder);
    }
    std::filesystem::remove_all(scratch.file("whole"));
  }
}

TEST_P(EveryStop, of_the_checker_decides_nothing) {
  const std::string folder = scratch.file("run");
  solve(*example_on_disk(GetParam(), 0, scratch), {.run = {.output = folder}});
  Countdown never;
  VerifyOptions options;
  options.should_stop = std::ref(never);
  const Verification whole = verify(folder, options);
  ASSERT_TRUE(whole.verified && whole.is_decided);
  for (const std::int64_t k : moments(never.asked, 60)) {
    Countdown countdown{k};
    options.should_stop = std::ref(countdown);
    const Verification part = verify(folder, options);
    EXPECT_FALSE(part.verified);
    EXPECT_FALSE(part.is_decided);
    EXPECT_TRUE(part.objections.empty());
    ASSERT_EQ(part.claims.size(), whole.claims.size());
    for (std::size_t i = 0; i < part.claims.size(); ++i) EXPECT_EQ(part.claims[i].verified, part.claims[i].is_reached) << part.claims[i].claim;
  }
}

TEST_P(EveryStop, of_a_run_while_it_judges_is_resumed_with_the_same_bits) {
  const auto solved = [&](std::int64_t k, const std::string& folder, bool is_resumed) {
    std::atomic<bool> flag{false};
    Countdown countdown{k};
    SolveHooks hooks;
    hooks.interrupts = {&flag, [&] { flag = countdown(); }};
    SolveRequest request{.run = {.output = folder}};
    request.options.starts = 2;
    request.options.keep_points = 4;
    request.run.resume = is_resumed;
    const RunOutcome outcome = solve(*example_on_disk(GetParam(), 0, scratch), request, hooks);
    return std::pair{outcome.stopped, countdown.asked};
  };
  const std::string whole = scratch.file("whole"), cut = scratch.file("cut");
  const auto [stopped, asked] = solved(0, whole, false);
  EXPECT_EQ(stopped, Termination::not_run);
  for (const std::int64_t k : moments(asked, 8)) {
    SCOPED_TRACE("question " + std::to_string(k) + " of " + std::to_string(asked));
    if (solved(k, cut, false).first == Termination::not_run) continue;  // asked once more after its last point
    EXPECT_TRUE(verify(cut).verified);
    EXPECT_EQ(solved(0, cut, true).first, Termination::not_run);
    for (const char* file : {"point.npz", "trajectory.npz", "witness.npz"})
      EXPECT_EQ(read(cut + "/" + file), read(whole + "/" + file)) << file;
    std::filesystem::remove_all(cut);
  }
}

std::string family_name(const testing::TestParamInfo<FamilyRow>& info) {
  std::string name(info.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Conformance, EveryStop, testing::ValuesIn(families()), family_name);

}  // namespace
}  // namespace nadir
