// Matrix Market files against matrices written down by hand from the format's description, and SciPy.
#include "nadir/io/matrix_market.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;

Matrix dense(const std::string& text) { return to_dense(parse_matrix_market(text, "a.mtx"), "a.mtx"); }

std::string reason(const std::string& text) {
  try {
    dense(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

const std::string general = "%%MatrixMarket matrix coordinate real general\n";

TEST(ParseMatrixMarket, reads_entries_in_the_order_of_the_file) {
  const SparseMatrix matrix = parse_matrix_market(
      "%%MatrixMarket MATRIX Coordinate Real General\r\n% a comment\n\n  2 3 3\n2 3 1.5\n1\t1 -2e3\n% "
      "another\n2 1 +0.5",
      "a");

  EXPECT_EQ(matrix.rows, 2);
  EXPECT_EQ(matrix.cols, 3);
  EXPECT_EQ(matrix.row_index, (std::vector<Index>{1, 0, 1}));
  EXPECT_EQ(matrix.col_index, (std::vector<Index>{2, 0, 0}));
  EXPECT_EQ(matrix.values, (Vector{1.5, -2000, 0.5}));
  EXPECT_EQ(matrix.num_entries(), 3);
  EXPECT_EQ(to_dense(matrix, "a"), Matrix::from_rows({{-2000, 0, 0}, {0.5, 0, 1.5}}));
}

TEST(ParseMatrixMarket, reads_integers_and_patterns) {
  EXPECT_EQ(dense("%%MatrixMarket matrix coordinate integer general\n1 2 1\n1 2 -7\n"),
            Matrix::from_rows({{0, -7}}));
  EXPECT_EQ(dense("%%MatrixMarket matrix coordinate pattern general\n2 1 1\n2 1\n"),
            Matrix::from_rows({{0}, {1}}));
}

TEST(ParseMatrixMarket, completes_symmetric_and_skew_symmetric_matrices) {
  EXPECT_EQ(dense("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 5\n2 1 3\n"),
            Matrix::from_rows({{5, 3}, {3, 0}}));
  EXPECT_EQ(dense("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 3\n"),
            Matrix::from_rows({{0, -3}, {3, 0}}));
  EXPECT_EQ(dense("%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n"),
            Matrix::from_rows({{0, 1}, {1, 0}}));
}

TEST(ParseMatrixMarket, reads_dense_arrays_column_by_column) {
  EXPECT_EQ(dense("%%MatrixMarket matrix array real general\n2 3\n1\n2\n3\n4\n5\n6\n"),
            Matrix::from_rows({{1, 3, 5}, {2, 4, 6}}));
  EXPECT_EQ(dense("%%MatrixMarket matrix array integer symmetric\n3 3\n1\n2\n3\n4\n5\n6\n"),
            Matrix::from_rows({{1, 2, 3}, {2, 4, 5}, {3, 5, 6}}));
  const SparseMatrix skew =
      parse_matrix_market("%%MatrixMarket matrix array real skew-symmetric\n3 3\n1\n2\n0\n", "a");
  EXPECT_EQ(to_dense(skew, "a"), Matrix::from_rows({{0, -1, -2}, {1, 0, 0}, {2, 0, 0}}));
  EXPECT_EQ(skew.num_entries(), 9);
}

TEST(ParseMatrixMarket, reads_matrices_without_entries) {
  EXPECT_EQ(dense(general + "2 2 0\n"), Matrix(2, 2));
  EXPECT_EQ(dense(general + "0 0 0\n"), Matrix(0, 0));
  EXPECT_EQ(dense("%%MatrixMarket matrix array real general\n0 0\n"), Matrix(0, 0));
}

TEST(ParseMatrixMarket, names_the_line_and_what_is_wrong) {
  const std::string array = "%%MatrixMarket matrix array real general\n";
  const std::string symmetric = "%%MatrixMarket matrix coordinate real symmetric\n";
  const std::string skew = "%%MatrixMarket matrix coordinate real skew-symmetric\n";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "a.mtx: expected a Matrix Market file, found an empty file"},
      {"1 2 3\n", "a.mtx, line 1: expected %%MatrixMarket matrix FORMAT FIELD SYMMETRY"},
      {"%%MatrixMarket vector coordinate real general\n", "another first line"},
      {"%%MatrixMarket matrix list real general\n", "expected coordinate or array, found \"list\""},
      {"%%MatrixMarket matrix coordinate complex general\n", "real, integer or pattern, found \"complex\""},
      {"%%MatrixMarket matrix array pattern general\n", "real or integer, found \"pattern\""},
      {"%%MatrixMarket matrix coordinate real hermitian\n", "found \"hermitian\""},
      {"%%MatrixMarket matrix coordinate pattern skew-symmetric\n", "found a pattern"},
      {general, "a line with the sizes"},
      {general + "2 2\n", "a.mtx, line 2: expected rows, columns and the number of entries, found 2 words"},
      {general + "2 -2 1\n", "a number of columns from 0 to"},
      {general + "99999999999999999999 2 1\n", "a number of rows from 0 to"},
      {symmetric + "2 3 1\n", "a square matrix"},
      {general + "2 2 2\n1 1 1\n", "a.mtx, line 3: expected 2 entries, found 1 of them"},
      {general + "2 2 1\n1 1 1\n2 2 1\n", "a.mtx, line 4: expected the end of the file"},
      {general + "2 2 1\n1 1\n", "a row, a column and a value, found 2 words"},
      {general + "2 2 1\n1 1 1 1\n", "found 4 words"},
      {general + "2 2 1\n0 1 1\n", "a row from 1 to 2, found \"0\""},
      {general + "2 2 1\n1 3 1\n", "a column from 1 to 2, found \"3\""},
      {general + "2 2 1\n1.0 1 1\n", "a row from 1 to 2, found \"1.0\""},
      {general + "2 2 1\n1 1 x\n", "a.mtx, line 3: expected a number, found \"x\""},
      {general + "2 2 1\n1 1 1e999\n", "the range of double"},
      {"%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 1.5\n", "an integer below 2^53"},
      {"%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 9007199254740993\n",
       "an integer below 2^53"},
      {general + "2 2 2\n1 1 1\n1 1 1\n", "a.mtx: expected each entry once, found row 1, column 1 twice"},
      {general + "2 2 3\n2 2 1\n1 1 1\n2 2 3\n", "row 2, column 2 twice"},
      {symmetric + "2 2 1\n1 2 1\n", "one above the diagonal"},
      {skew + "2 2 1\n1 1 1\n", "one on it"},
      {array + "2 2\n1\n2\n3\n", "a value for row 2, column 2, found the end of the file"},
      {array + "2 1\n1\n2\n3\n", "more lines than the sizes say"},
      {array + "1 1\n1 2\n", "one value on a line"},
      {array + "0 4611686018427387904\n", "sizes of an array that this file can hold"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(reason(text), HasSubstr(message)) << text;
}

TEST(ParseMatrixMarket, keeps_an_entry_given_twice_where_the_caller_wants_both) {
  const std::string text = "%%MatrixMarket matrix coordinate real symmetric\n% note\n2 2 2\n2 1 3\n2 1 4\n";

  const SparseMatrix matrix = parse_matrix_market(text, "a", Repeats::kept);

  EXPECT_EQ(matrix.row_index, (std::vector<Index>{1, 0, 1, 0}));
  EXPECT_EQ(matrix.values, (Vector{3, 3, 4, 4}));
  EXPECT_EQ(matrix.lines, (std::vector<std::int64_t>{4, 4, 5, 5}));
}

TEST(RequireFiniteEntries, names_the_row_and_column_of_the_file) {
  const SparseMatrix matrix = parse_matrix_market(general + "2 3 2\n1 1 1\n2 3 nan\n", "a.mtx");
  try {
    require_finite(matrix, "a.mtx");
    FAIL() << "expected InputError";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "a.mtx, row 2, column 3: expected a finite number, found NaN");
  }
}

TEST(ToDense, refuses_a_matrix_larger_than_memory) {
  EXPECT_THAT(reason(general + "4611686018427387904 4611686018427387904 1\n1 1 1\n"),
              HasSubstr("fits into memory"));
  EXPECT_THAT(reason(general + "1000000000 1000000000 1\n1 1 1\n"),
              HasSubstr("found 1000000000 x 1000000000"));
}

TEST(ReadMatrixMarket, reads_what_scipy_writes) {
  if (std::system("/usr/bin/python3 -c 'import scipy.io' 2>/dev/null") != 0)
    GTEST_SKIP() << "Python 3 with SciPy is not installed";
  const std::string folder = testing::TempDir() + "nadir_mtx_test_" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/script.py") << R"(
import numpy, scipy.io, scipy.sparse
a = numpy.array([[0.1, 0, 2], [0, -3, 0], [2, 0, 1e-300]])
scipy.io.mmwrite('symmetric.mtx', scipy.sparse.coo_matrix(a), precision=17)
scipy.io.mmwrite('general.mtx', scipy.sparse.coo_matrix(a), symmetry='general', precision=17)
scipy.io.mmwrite('dense.mtx', a, precision=17)
)";
  ASSERT_EQ(std::system(("cd '" + folder + "' && /usr/bin/python3 script.py").c_str()), 0);

  for (const char* name : {"symmetric.mtx", "general.mtx", "dense.mtx"}) {
    const std::string path = folder + "/" + name;
    EXPECT_EQ(to_dense(read_matrix_market(path), path),
              Matrix::from_rows({{0.1, 0, 2}, {0, -3, 0}, {2, 0, 1e-300}}))
        << name;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace nadir
