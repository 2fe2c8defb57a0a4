// Surveys without the registry. The oracle is the survey of a family, the double well, whose landscape is known besides: its minima
// are 0, at (+-a, 0, ...).
#include "nadir/driver/survey/survey_function.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/driver/registry.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;

class FunctionSurveyed : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "nadir-survey-function-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    family_->prepare();
  }
  void TearDown() override { fs::remove_all(folder_); }

  SurveyRequest request(const std::string& name, std::int64_t starts, bool resume = false) const {
    SurveyRequest request;
    request.options.starts = starts;
    request.run.output = (folder_ / name).string();
    request.run.resume = resume;
    request.given = {"starts"};
    return request;
  }

  fs::path folder_;
  std::unique_ptr<Family> family_ = make_family("double-well");
  const SurveyDatabase::Identity identity_{{"family", "function"}};
};

TEST_F(FunctionSurveyed, finds_what_the_survey_of_the_family_finds) {
  const FunctionSurvey found = survey_function(*family_, request("function", 12), identity_);
  const auto other = make_family("double-well");
  const SurveyResult expected = survey(*other, request("family", 12)).result;

  ASSERT_EQ(found.result.classes.size(), expected.classes.size());
  for (std::size_t i = 0; i < expected.classes.size(); ++i) {
    EXPECT_EQ(found.result.classes[i].count, expected.classes[i].count);
    EXPECT_EQ(found.result.classes[i].value, expected.classes[i].value);
  }
  ASSERT_TRUE(found.best);
  EXPECT_EQ(found.best->start, expected.best_start);
  EXPECT_NEAR(found.best->value, 0.0, 1e-12);
  EXPECT_TRUE(fs::exists(folder_ / "function" / survey_files::result));
  EXPECT_FALSE(fs::exists(folder_ / "function" / "run.json"));
}

TEST_F(FunctionSurveyed, goes_on_with_more_starts_of_the_same_function_only) {
  survey_function(*family_, request("run", 3), identity_);

  EXPECT_EQ(survey_function(*family_, request("run", 6, true), identity_).result.counted, 6);
  EXPECT_THROW(survey_function(*family_, request("run", 6), identity_), InputError) << "without --resume";
  EXPECT_THROW(survey_function(*family_, request("run", 6, true), {{"family", "another"}}), InputError);
}

TEST_F(FunctionSurveyed, needs_a_folder_and_a_wish_that_can_be_read) {
  SurveyRequest nowhere = request("run", 3), unreadable = request("run", 3);
  nowhere.run.output.clear();
  unreadable.until = "minima=many";

  EXPECT_THROW(survey_function(*family_, nowhere, identity_), InputError);
  EXPECT_THROW(survey_function(*family_, unreadable, identity_), InputError);
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace nadir
