// The observed entries as options define them, by hand.
#include "nadir/problems/matrix_completion/data.hpp"

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

struct Entry {
  Index row, col;
  double value;
};

DataEntries entries(Index rows, Index cols, const std::vector<Entry>& list) {
  DataEntries e;
  e.path = "r.csv";
  e.rows = rows;
  e.cols = cols;
  EntryList all;
  std::vector<std::int64_t> lines;
  for (const Entry& entry : list) {
    all.add(entry.row, entry.col, entry.value);
    lines.push_back(std::ssize(lines) + 2);
  }
  e.set_entries(std::move(all));
  e.lines = std::move(lines);
  return e;
}

std::string refusal(const MatrixCompletionOptions& options) {
  try {
    prepare_data(options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

MatrixCompletionOptions with_duplicates() {
  MatrixCompletionOptions o;
  o.ratings = entries(2, 2, {{0, 0, 1.0}, {1, 1, 5.0}, {0, 0, 4.0}, {0, 0, 1.0}});
  return o;
}

TEST(CompletionData, a_position_that_comes_twice_is_refused_with_both_lines) {
  const std::string message = refusal(with_duplicates());
  EXPECT_NE(message.find("r.csv, line 4"), std::string::npos) << message;
  EXPECT_NE(message.find("line 2"), std::string::npos) << message;
}

TEST(CompletionData, duplicates_are_summed_or_averaged_at_the_place_of_the_first) {
  MatrixCompletionOptions o = with_duplicates();
  o.duplicates = "sum";
  EXPECT_EQ(prepare_data(o).observed.values, (Vector{6.0, 5.0}));
  o.duplicates = "average";
  EXPECT_EQ(prepare_data(o).observed.values, (Vector{2.0, 5.0}));
}

// 1 3 | 2
// 5 . | 5      means: global 3, rows 2 and 5, columns 3 and 3
TEST(CompletionData, means_are_taken_off_as_the_choice_says) {
  MatrixCompletionOptions o;
  o.ratings = entries(2, 2, {{0, 0, 1.0}, {0, 1, 3.0}, {1, 0, 5.0}});
  const auto centred = [&o](const char* how) {
    o.center = how;
    return prepare_data(o).observed.values;
  };

  EXPECT_EQ(centred("none"), (Vector{1.0, 3.0, 5.0}));
  EXPECT_EQ(centred("global"), (Vector{-2.0, 0.0, 2.0}));
  EXPECT_EQ(centred("rows"), (Vector{-1.0, 1.0, 0.0}));
  EXPECT_EQ(centred("columns"), (Vector{-2.0, 0.0, 2.0}));
  // global 3, rows -1 and 2 leave -1, 1, 0; columns -0.5 and 1 leave
  EXPECT_EQ(centred("both"), (Vector{-0.5, 0.0, 0.5}));
  EXPECT_EQ(prepare_data(o).offset(1, 1), 3.0 + 2.0 + 1.0);
  // Over two zeros more: rows (1 + 3) / 4 and 5 / 3.
  o.center_damping = 2.0;
  EXPECT_EQ(centred("rows"), (Vector{0.0, 2.0, 5.0 - 5.0 / 3.0}));
}

TEST(CompletionData, psd_unites_names_and_refuses_two_values_for_mirrored_positions) {
  MatrixCompletionOptions o;
  o.psd = true;
  o.ratings = entries(2, 2, {{0, 0, 1.0}, {1, 1, 2.0}});
  o.ratings.row_ids = {"a", "b"};
  o.ratings.col_ids = {"b", "c"};
  const CompletionData d = prepare_data(o);
  EXPECT_EQ(d.row_ids, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(d.observed.row_index, (std::vector<Index>{0, 1}));
  EXPECT_EQ(d.observed.col_index, (std::vector<Index>{1, 2}));

  o.ratings = entries(2, 2, {{0, 1, 1.0}, {1, 0, 2.0}});
  EXPECT_NE(refusal(o).find("symmetric"), std::string::npos) << refusal(o);
  o.ratings = entries(2, 3, {{0, 1, 1.0}});
  EXPECT_NE(refusal(o).find("square"), std::string::npos) << refusal(o);
}

TEST(CompletionData, held_out_entries_are_kept_apart_uncentred_and_the_same_for_one_seed) {
  MatrixCompletionOptions o;
  std::vector<Entry> list;
  for (Index i = 0; i < 40; ++i)
    for (Index j = 0; j < 25; ++j) list.push_back({i, j, 100.0 + static_cast<double>(i)});
  o.ratings = entries(40, 25, list);
  o.holdout = 0.3;
  o.center = "rows";

  const CompletionData d = prepare_data(o), again = prepare_data(o);

  EXPECT_EQ(d.observed.size() + d.held_out.size(), 1000);
  EXPECT_NEAR(static_cast<double>(d.held_out.size()), 300.0, 60.0);  // four standard deviations of the binomial
  EXPECT_EQ(d.held_out.row_index, again.held_out.row_index);
  for (const double v : d.observed.values) EXPECT_EQ(v, 0.0);
  for (std::size_t k = 0; k < d.held_out.values.size(); ++k) EXPECT_EQ(d.held_out.values[k], 100.0 + static_cast<double>(d.held_out.row_index[k]));
}

TEST(CompletionData, weights_must_be_positive_and_stand_at_the_positions_of_the_ratings) {
  MatrixCompletionOptions o;
  o.ratings = entries(2, 2, {{0, 0, 1.0}, {1, 1, 5.0}});
  o.weights = entries(2, 2, {{1, 1, 3.0}, {0, 0, 2.0}});
  EXPECT_EQ(prepare_data(o).weights, (Vector{2.0, 3.0}));

  o.weights = entries(2, 2, {{1, 1, 3.0}});
  EXPECT_NE(refusal(o).find("a weight for every rating"), std::string::npos) << refusal(o);
  o.weights = entries(2, 2, {{1, 1, 3.0}, {0, 0, -1.0}});
  EXPECT_NE(refusal(o).find("above 0"), std::string::npos) << refusal(o);
  o.weights = entries(2, 2, {{1, 1, 3.0}, {0, 0, 1.0}, {0, 1, 1.0}});
  EXPECT_FALSE(refusal(o).empty());
}

TEST(CompletionData, test_entries_of_unknown_rows_are_counted_and_left_out) {
  MatrixCompletionOptions o;
  o.ratings = entries(2, 2, {{0, 0, 1.0}, {1, 1, 5.0}});
  o.ratings.row_ids = {"1", "2"};
  o.ratings.col_ids = {"x", "y"};
  o.test = entries(2, 1, {{0, 0, 3.0}, {1, 0, 4.0}});
  o.test.row_ids = {"2", "77"};
  o.test.col_ids = {"x"};

  const CompletionData d = prepare_data(o);

  EXPECT_EQ(d.num_unknown, 1);
  EXPECT_EQ(d.held_out.row_index, (std::vector<Index>{1}));
  EXPECT_EQ(d.held_out.col_index, (std::vector<Index>{0}));
}

TEST(CompletionData, options_that_contradict_one_another_are_refused) {
  MatrixCompletionOptions o;
  o.ratings = entries(2, 2, {{0, 0, 1.0}});
  o.psd = true;
  o.weighted_lambda = true;
  EXPECT_FALSE(refusal(o).empty());
  o.weighted_lambda = false;
  o.center = "rows";
  EXPECT_FALSE(refusal(o).empty());
  o.center = "none";
  o.psd = false;
  o.row_norm_penalty = 1.0;
  EXPECT_FALSE(refusal(o).empty());
  o.row_norm_penalty = 0.0;
  o.row_features.values = Matrix(3, 1);
  EXPECT_NE(refusal(o).find("2 lines"), std::string::npos) << refusal(o);
}

}  // namespace
}  // namespace nadir
