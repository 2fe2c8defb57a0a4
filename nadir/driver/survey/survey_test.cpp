// Surveys of double wells, whose landscape is known: f = (x_1^2 - a^2)^2/4 + (x_2^2 + ...)/2 has its minima 0 at
// (+-a, 0, ...), and one saddle of index 1 at the origin. The families of other tests have known minima too.
#include "nadir/driver/survey/survey.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/survey/classes.hpp"
#include "nadir/io/survey_database.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;

class SurveyRun : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "nadir-survey-run-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    set_num_threads(0);
    fs::remove_all(folder_);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  SurveyOutcome run(const std::string& name, std::int64_t starts, int threads, const std::string& until = "", bool resume = false,
                    const SurveyHooks& hooks = {}) const {
    set_num_threads(threads);
    const auto family = make_family("double-well");
    assign(*find_option(family->options(), "dimension"), "3", "dimension");
    SurveyRequest request;
    request.options.starts = starts;
    request.until = until;
    request.run.output = path(name);
    request.run.resume = resume;
    request.run.checkpoint_every = 0;
    request.given = {"starts", "until", "dimension"};
    return survey(*family, request, hooks);
  }

  fs::path folder_;
};

// All of the result but its times, its folder and the number of workers.
std::string text(SurveyResult result) {
  result.load_seconds = result.seconds = result.start_seconds = 0.0;
  result.folder.clear();
  result.workers = 0;
  return survey_json(result);
}

TEST_F(SurveyRun, two_wells_are_two_minima_of_half_the_starts_each) {
  const SurveyOutcome outcome = run("wells", 300, 2);

  const SurveyResult& r = outcome.result;
  ASSERT_EQ(r.classes.size(), 2u);
  EXPECT_EQ(r.num_minima, 2);
  EXPECT_EQ(r.classes[0].count + r.classes[1].count, 300);
  for (const SurveyClass& c : r.classes) {
    EXPECT_EQ(c.headline, Headline::global_minimum);
    EXPECT_LE(c.share.lower, 0.5);
    EXPECT_GE(c.share.upper, 0.5);
  }
  EXPECT_EQ(r.unseen.estimate, 0.0);
  EXPECT_EQ(outcome.best.judgement.verdict.headline, Headline::global_minimum);
  EXPECT_TRUE(fs::exists(path("wells/certificate.json")));
}

TEST_F(SurveyRun, result_does_not_depend_on_the_number_of_threads) {
  const std::string one = text(run("one", 60, 1).result), two = text(run("two", 60, 2).result), five = text(run("five", 60, 5).result);

  EXPECT_EQ(one, two);
  EXPECT_EQ(one, five);
}

// Each part is cut off after some ends and goes on with another number of threads.
TEST_F(SurveyRun, interrupted_again_and_again_ends_as_if_it_never_was) {
  const std::string whole = text(run("whole", 40, 1).result);
  int parts = 0;
  for (SurveyResult part{.stopped = Termination::interrupted}; part.stopped != Termination::not_run; ++parts) {
    std::atomic<bool> interrupt{false};
    int ends = 0;
    SurveyHooks hooks;
    hooks.interrupt = &interrupt;
    hooks.on_end = [&](const SurveyStatus&) {
      if (++ends >= 7) interrupt = true;
    };
    part = run("parts", 40, 1 + parts % 3, "", parts > 0, hooks).result;
    if (part.stopped == Termination::not_run) {
      EXPECT_EQ(text(part), whole);
    }
    ASSERT_LT(parts, 20);
  }

  EXPECT_GE(parts, 4);
}

TEST_F(SurveyRun, more_starts_may_be_added_later) {
  const std::string whole = text(run("whole", 50, 2).result);
  run("grown", 20, 2);

  const std::string grown = text(run("grown", 50, 1, "", true).result);

  EXPECT_EQ(grown, whole);
}

// How many starts it takes is told by the ends in the order of the starts, not in that of time.
TEST_F(SurveyRun, enough_minima_end_it_at_the_same_start_whatever_the_threads) {
  const SurveyResult one = run("one", 1000, 1, "minima=2").result, four = run("four", 1000, 4, "minima=2").result;

  EXPECT_TRUE(one.is_until_met);
  EXPECT_EQ(one.num_minima, 2);
  EXPECT_EQ(text(one), text(four));
  EXPECT_LT(one.counted, 100);
  const SurveyResult three = run("three", 30, 2, "minima=3").result;
  EXPECT_FALSE(three.is_until_met);
  EXPECT_EQ(three.counted, 30);
}

TEST_F(SurveyRun, another_seed_or_problem_is_refused) {
  run("wells", 5, 1);
  const auto other = make_family("double-well");
  assign(*find_option(other->options(), "dimension"), "4", "dimension");
  SurveyRequest request;
  request.run.output = path("wells");
  request.run.resume = true;
  request.given = {"dimension"};

  EXPECT_THROW(survey(*other, request), InputError);
  fs::remove(path("wells/survey.sqlite"));
  std::ofstream(path("wells/survey.sqlite")) << "this is no database, and long enough to be looked at: " << std::string(2000, ' ');
  EXPECT_THROW(run("wells", 5, 1, "", true), InputError);
  EXPECT_THROW(run("new", 5, 1, "minima=0"), InputError);
  EXPECT_THROW(run("new", 5, 1, "saddles=3"), InputError);
  EXPECT_THROW(run("new", 5, 1, "minima=99999999999999999999"), InputError);
}

// Starts of the families that have symmetries, and of copies of them.
TEST(SurveyClasses, points_that_symmetries_connect_are_one) {
  for (const char* name : {"matrix-completion", "matrix-sensing", "linear-network", "network"}) {
    const auto family = make_family(name);
    family->make_example(0);
    family->prepare();
    const auto copy = copy_of(*family);
    const Point a = family->start(family->start_names().front(), 0, 0), b = family->start(family->start_names().front(), 0, 1);

    EXPECT_EQ(family->problem().value(a.values), copy->problem().value(a.values)) << name;
    EXPECT_LT(family->relative_distance(a, a), 1e-14) << name;
    EXPECT_GT(family->relative_distance(a, b), 0.01) << name;
    EXPECT_EQ(family->relative_distance(a, b), copy->relative_distance(a, b)) << name;
  }
}

TEST(SurveyClasses, minima_of_one_value_at_two_points_are_two) {
  const auto family = make_family("double-well");
  family->prepare();
  SurveyEnd left, right, saddle;
  left.headline = Headline::global_minimum;
  left.value_tolerance = 1e-6;
  left.point = family->start(family->start_names().front(), 0, 0);
  right = saddle = left;
  for (double& x : right.point.values) x = -x;
  saddle.headline = Headline::strict_saddle;
  PointClasses classes(*family, 1e-3);

  EXPECT_EQ(classes.add(left), 0u);
  EXPECT_EQ(classes.add(right), 1u);
  left.headline = Headline::local_minimum;
  EXPECT_EQ(classes.add(left), 0u);
  EXPECT_EQ(classes.add(saddle), 2u);
  EXPECT_EQ(classes.num_minima(), 2);
  left.value += 1e-3;
  EXPECT_EQ(classes.add(left), 3u);
}

}  // namespace
}  // namespace nadir
