// The table of ends; the oracle is counting by hand.
#include "nadir/core/ends.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

Verdict verdict(Headline headline, double value, Rigor rigor = Rigor::proved) {
  Verdict v;
  v.headline = headline;
  v.rigor = rigor;
  v.value = value;
  return v;
}

TEST(EndTable, counts_ends_that_agree_within_the_tolerance_once) {
  EndTable table;

  table.add(verdict(Headline::global_minimum, 1.0));
  table.add(verdict(Headline::global_minimum, 1.0 + 1e-9, Rigor::numerical));
  table.add(verdict(Headline::local_minimum, 1.0));

  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0], (End{1.0, Headline::global_minimum, Rigor::numerical, 2}));
  EXPECT_EQ(table.rows[1].count, 1);
}

TEST(EndTable, calls_a_local_minimum_spurious_once_a_lower_end_is_known) {
  EndTable table;
  table.add(verdict(Headline::local_minimum, 5.0));
  table.add(verdict(Headline::local_minimum, 3.0));

  const std::vector<End> ranked = table.ranked(1e-6);

  EXPECT_EQ(ranked[0], (End{3.0, Headline::local_minimum, Rigor::proved, 1}));
  EXPECT_EQ(ranked[1], (End{5.0, Headline::spurious_minimum, Rigor::numerical, 1}));
}

TEST(EndTable, keeps_a_spurious_minimum_proved_where_its_floor_lies_above_a_proved_value) {
  EndTable table;
  table.add(verdict(Headline::local_minimum, 3.0), 2.9);
  table.add(verdict(Headline::local_minimum, 5.0), 4.8);
  table.add(verdict(Headline::local_minimum, 5.0), 4.9);

  EXPECT_EQ(table.ranked(1e-6, 3.1)[1], (End{5.0, Headline::spurious_minimum, Rigor::proved, 2, 4.8}));
  EXPECT_EQ(table.ranked(1e-6, 4.8)[1].rigor, Rigor::numerical) << "not below the floor";
  EXPECT_EQ(table.ranked(1e-6)[1].rigor, Rigor::numerical) << "no proved value";
  table.add(verdict(Headline::local_minimum, 5.0, Rigor::numerical));
  EXPECT_EQ(table.ranked(1e-6, 3.1)[1].rigor, Rigor::numerical) << "one of the ends is no proved minimum";
}

TEST(EndTable, never_ranks_nan_before_a_number) {
  EndTable table;
  table.add(verdict(Headline::undecided, std::nan("")));
  table.add(verdict(Headline::undecided, std::nan("")));
  table.add(verdict(Headline::local_minimum, 7.0));

  const std::vector<End> ranked = table.ranked(1e-6);

  ASSERT_EQ(ranked.size(), 2u);
  EXPECT_EQ(ranked[0].value, 7.0);
  EXPECT_EQ(ranked[0].headline, Headline::local_minimum);
  EXPECT_EQ(ranked[1].count, 2);
}

}  // namespace
}  // namespace nadir
