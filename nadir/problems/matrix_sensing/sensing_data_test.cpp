// What is refused before anything is computed, and in which words.
#include "nadir/problems/matrix_sensing/data.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"

namespace nadir {
namespace {

using namespace sensing_test;
using testing::HasSubstr;

MatrixSensingOptions options(const std::vector<Matrix>& A, Vector y, bool psd = false) {
  MatrixSensingOptions o;
  o.operator_array = dense_operator(A);
  o.measurements = vector_array(std::move(y));
  o.psd = psd;
  return o;
}

std::string refusal(const MatrixSensingOptions& o) {
  try {
    requested_rank(o, make_sensing_data(o));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

DataArray array(std::vector<std::int64_t> shape, Vector values) {
  DataArray result;
  result.shape = std::move(shape);
  result.values = std::move(values);
  return result;
}

TEST(SensingData, names_the_measurement_and_the_entry_that_are_not_symmetric) {
  Matrix skewed = Matrix::from_rows({{1, 2}, {2.5, 1}});

  EXPECT_EQ(refusal(options({Matrix::identity(2), skewed}, {1, 1}, true)),
            "--operator: measurement 1: expected a symmetric matrix, as --psd needs (all counted from 0), found 2.5 at [1, 0] and 2 at [0, 1]");
  skewed(1, 0) = std::nextafter(2.0, 3.0);
  EXPECT_THAT(refusal(options({skewed}, {1}, true)), HasSubstr("symmetric"));
  EXPECT_EQ(refusal(options({skewed}, {1}, false)), "");
}

TEST(SensingData, shapes_that_contradict_one_another_are_refused) {
  const MatrixSensingOptions good = options({Matrix::identity(2), Matrix::identity(2)}, {1, 2});
  EXPECT_EQ(refusal(good), "");

  MatrixSensingOptions o = good;
  o.measurements = vector_array({1, 2, 3});
  EXPECT_THAT(refusal(o), HasSubstr("expected 2 numbers, one per measurement of --operator, found 3"));
  o.measurements = array({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(refusal(o), HasSubstr("found 2 x 2"));
  o.measurements = array({2, 1}, {1, 2});
  EXPECT_EQ(refusal(o), "");
  o.measurements = {};
  EXPECT_THAT(refusal(o), HasSubstr("--measurements: expected a file"));
  o = good;
  o.operator_array = array({8}, Vector(8, 1.0));
  EXPECT_THAT(refusal(o), HasSubstr("n x m x k"));
  o.operator_array = array({2, 2, 3}, Vector(8, 1.0));
  EXPECT_THAT(refusal(o), HasSubstr("expected 2 x 2 x 3 numbers"));
  o = good;
  o.operator_right = array({2, 2}, Vector(4, 1.0));
  EXPECT_THAT(refusal(o), HasSubstr("--operator-right: expected none"));
  o = options({Matrix(2, 3)}, {1}, true);
  EXPECT_THAT(refusal(o), HasSubstr("square matrices"));
}

TEST(SensingData, rank_one_measurements_need_rows_that_match) {
  MatrixSensingOptions o;
  o.operator_array = array({3, 2}, {1, 2, 3, 4, 5, 6});
  o.measurements = vector_array({1, 2, 3});
  EXPECT_EQ(refusal(o), "");
  o.psd = true;
  EXPECT_EQ(refusal(o), "");

  o.operator_right = array({3, 4}, Vector(12, 1.0));
  EXPECT_THAT(refusal(o), HasSubstr("symmetric measurements"));
  o.psd = false;
  EXPECT_EQ(refusal(o), "");
  o.operator_right = array({2, 4}, Vector(8, 1.0));
  EXPECT_THAT(refusal(o), HasSubstr("expected 3 x m, as many rows as --operator, found 2 x 4"));
}

TEST(SensingData, zero_operators_and_numbers_that_are_not_finite_are_refused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_THAT(refusal(options({Matrix(2, 2)}, {1})), HasSubstr("an operator that is not zero"));
  EXPECT_THAT(refusal(options({Matrix::identity(2)}, {nan})), HasSubstr("finite"));
  EXPECT_THAT(refusal(options({Matrix::from_rows({{1, nan}})}, {1})), HasSubstr("finite"));
  EXPECT_THAT(refusal(options({Matrix::from_rows({{1, 1e200}})}, {1})), HasSubstr("1e140"));
  EXPECT_EQ(refusal(options({Matrix::from_rows({{1e-300}})}, {0})), "");
  MatrixSensingOptions o = options({Matrix::identity(2)}, {1});
  o.lambda = -1.0;
  EXPECT_THAT(refusal(o), HasSubstr("--lambda"));
  o.lambda = nan;
  EXPECT_THAT(refusal(o), HasSubstr("--lambda"));
}

TEST(SensingData, ranks_go_from_one_to_the_larger_side) {
  MatrixSensingOptions o = options({Matrix::from_rows({{1, 2, 3}, {4, 5, 6}})}, {1});

  for (const char* rank : {"1", "3", "auto"}) EXPECT_EQ((o.rank = rank, refusal(o)), "");
  for (const char* rank : {"0", "4", "-1", "2.5", "two", "", "99999999999999999999"})
    EXPECT_THAT((o.rank = rank, refusal(o)), HasSubstr("--rank: expected auto, or a number from 1 to the larger side, 3"));
}

}  // namespace
}  // namespace nadir
