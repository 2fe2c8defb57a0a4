#include "nadir/driver/survey/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/driver/survey/survey_result.hpp"

namespace nadir {
namespace {

TEST(ClopperPearson, closed_forms_where_nothing_or_everything_was_met) {
  const ShareInterval none = clopper_pearson(0, 10, 0.95), all = clopper_pearson(10, 10, 0.95), one = clopper_pearson(1, 1, 0.9), empty = clopper_pearson(0, 0, 0.95);

  EXPECT_EQ(none.lower, 0.0);
  EXPECT_NEAR(none.upper, 1.0 - std::pow(0.025, 0.1), 1e-13);
  EXPECT_NEAR(all.lower, std::pow(0.025, 0.1), 1e-13);
  EXPECT_EQ(all.upper, 1.0);
  EXPECT_NEAR(one.lower, 0.05, 1e-13);
  EXPECT_EQ(empty.lower, 0.0);
  EXPECT_EQ(empty.upper, 1.0);
}

// scipy.stats.binomtest(count, n).proportion_ci(confidence, "exact"), SciPy 1.10.
TEST(ClopperPearson, agrees_with_scipy) {
  struct Row {
    std::int64_t count, n;
    double confidence, lower, upper;
  };
  for (const Row& row : {Row{3, 10, 0.95, 0.0667395111777345, 0.652452850060008}, Row{95, 200, 0.95, 0.404120033424978, 0.546631982529676},
                         Row{1, 1000000, 0.95, 2.53178051391138e-08, 5.5716306555123e-06}, Row{500000, 1000000, 0.99, 0.498711587808825, 0.501288412191165}}) {
    const ShareInterval found = clopper_pearson(row.count, row.n, row.confidence);

    EXPECT_NEAR(found.lower, row.lower, (1e-12 * static_cast<double>(row.n) + 1e-11) * row.lower);
    EXPECT_NEAR(found.upper, row.upper, (1e-12 * static_cast<double>(row.n) + 1e-11) * row.upper);
  }
}

TEST(UnseenShare, is_the_share_of_what_was_met_once) {
  EXPECT_EQ(unseen_share(3, 100, 0.95).estimate, 0.03);
  EXPECT_NEAR(unseen_share(3, 100, 0.95).upper, 0.03 + (1 + std::sqrt(2.0)) * std::sqrt(std::log(40.0) / 100), 1e-15);
  EXPECT_EQ(unseen_share(5, 5, 0.95).upper, 1.0);
  EXPECT_EQ(unseen_share(0, 0, 0.95).estimate, 1.0);
}

// 50 classes of which the k-th has a share proportional to 1/k: the bound fails far less often than one time in twenty.
TEST(UnseenShare, bound_holds_on_samples_of_a_known_distribution) {
  constexpr int kinds = 50, n = 60;
  double total = 0.0;
  for (int k = 1; k <= kinds; ++k) total += 1.0 / k;
  int failures = 0;
  for (std::uint64_t trial = 0; trial < 500; ++trial) {
    Random random(11, trial);
    int met[kinds] = {};
    for (int i = 0; i < n; ++i) {
      double u = random.uniform() * total;
      int k = 0;
      while (k + 1 < kinds && (u -= 1.0 / (k + 1)) >= 0.0) ++k;
      ++met[k];
    }
    double unseen = 0.0;
    int once = 0;
    for (int k = 0; k < kinds; ++k) {
      if (met[k] == 0) unseen += 1.0 / (k + 1) / total;
      if (met[k] == 1) ++once;
    }
    if (unseen > unseen_share(once, n, 0.95).upper) ++failures;
  }

  EXPECT_LE(failures, 25);
}

TEST(ValueHistogram, counts_every_value_once) {
  for (const std::vector<double>& values : {std::vector<double>{0, 0.5, 1, 1, 0.25, 1}, {1e-9, 1e-3, 1, 10}, {-5, 5}, {0, 0, 1e300}}) {
    const ValueHistogram h = histogram_of(values, 1e-12);
    std::int64_t sum = 0;
    for (const std::int64_t count : h.counts) sum += count;

    EXPECT_EQ(sum, static_cast<std::int64_t>(values.size()));
    EXPECT_EQ(h.edges.size(), h.counts.size() + 1);
    EXPECT_TRUE(std::is_sorted(h.edges.begin(), h.edges.end()));
  }
}

TEST(ValueHistogram, values_that_count_as_equal_share_a_bin) {
  EXPECT_EQ(histogram_of({1e-17, 1e-8, 0.0}, 1e-6).counts, std::vector<std::int64_t>{3});
  EXPECT_EQ(histogram_of({2.0, 2.0}, 0.0).counts, std::vector<std::int64_t>{2});
  EXPECT_TRUE(histogram_of({}, 1.0).counts.empty());
  EXPECT_TRUE(histogram_of({std::nan("")}, 1.0).counts.empty());
  EXPECT_EQ(histogram_of({1e-17, 1e-8, 1.0}, 1e-6).counts.front(), 2);  // logarithmic from the tolerance on
}

TEST(SaddlesByIndex, tell_least_median_and_largest_value) {
  const auto rows = saddles_by_index({{2, 0.5}, {1, 3.0}, {1, 1.0}, {1, 2.0}, {-1, 7.0}});

  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].index, -1);
  EXPECT_EQ(rows[1].count, 3);
  EXPECT_EQ(rows[1].least, 1.0);
  EXPECT_EQ(rows[1].median, 2.0);
  EXPECT_EQ(rows[1].largest, 3.0);
  EXPECT_EQ(rows[2].median, 0.5);
}

}  // namespace
}  // namespace nadir
