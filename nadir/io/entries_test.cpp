// Entries of a matrix from every format: expectations written down by hand from the rules in entries.hpp, and
// files that SciPy wrote.
#include "nadir/io/entries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DataEntries parse(const std::string& text, const std::string& name = "a.csv") {
  return parse_entries(std::as_bytes(std::span(text)), name);
}

std::string reason(const std::string& text, const std::string& name = "a.csv") {
  try {
    parse(text, name);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// A folder for the files of one test.
class EntriesFile : public testing::Test {
 protected:
  EntriesFile() { std::filesystem::create_directories(folder_); }
  ~EntriesFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string reason_of(const std::string& name) const {
    try {
      read_entries(path(name));
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  std::string folder_ = testing::TempDir() + "nadir_entries_test_" + std::to_string(getpid());
};

TEST(ParseEntryTable, counts_in_the_order_of_ids_and_keeps_the_order_of_the_file) {
  const DataEntries entries = parse("20,7,1.5\n3,100,-2\n20,100,+3e1\n");

  EXPECT_EQ(entries.rows, 2);
  EXPECT_EQ(entries.cols, 2);
  EXPECT_THAT(entries.row_ids, ElementsAre("3", "20"));
  EXPECT_THAT(entries.col_ids, ElementsAre("7", "100"));
  EXPECT_THAT(entries.row_index, ElementsAre(1, 0, 1));
  EXPECT_THAT(entries.col_index, ElementsAre(0, 1, 1));
  EXPECT_THAT(entries.values, ElementsAre(1.5, -2, 30));
  EXPECT_THAT(entries.lines, ElementsAre(1, 2, 3));
}

TEST(ParseEntryTable, sorts_integers_as_numbers_and_any_other_ids_by_bytes) {
  const DataEntries numbers = parse(
      "9223372036854775807,1,1\n-9223372036854775808,1,1\n0,1,1\n-1,1,1\n10,1,1\n9,1,1\n12345678,1,1\n");
  const DataEntries beyond = parse("9223372036854775808,1,1\n10,1,1\n9,1,1\n");
  const DataEntries zeros = parse("007,1,1\n7,1,1\n10,1,1\n");
  const DataEntries signs = parse("-0,1,1\n0,1,1\n+1,1,1\n1,1,1\n");
  const DataEntries text = parse("b,1,1\nB,1,1\n\xc3\xa9,1,1\nab,1,1\na,1,1\n");

  EXPECT_THAT(numbers.row_ids,
              ElementsAre("-9223372036854775808", "-1", "0", "9", "10", "12345678", "9223372036854775807"));
  EXPECT_THAT(beyond.row_ids, ElementsAre("10", "9", "9223372036854775808"));
  EXPECT_THAT(zeros.row_ids, ElementsAre("007", "10", "7"));
  EXPECT_THAT(signs.row_ids, ElementsAre("+1", "-0", "0", "1"));
  EXPECT_THAT(text.row_ids, ElementsAre("B", "a", "ab", "b", "\xc3\xa9"));
  EXPECT_THAT(text.row_index, ElementsAre(3, 0, 4, 2, 1));
}

TEST(ParseEntryTable, sorts_each_side_by_its_own_ids) {
  const DataEntries entries = parse("user,film,rating\n10,Alien,5\n9,Brazil,4\n9,Alien,3\n");

  EXPECT_THAT(entries.row_ids, ElementsAre("9", "10"));
  EXPECT_THAT(entries.col_ids, ElementsAre("Alien", "Brazil"));
  EXPECT_THAT(entries.row_index, ElementsAre(1, 0, 0));
  EXPECT_THAT(entries.col_index, ElementsAre(0, 1, 0));
  EXPECT_THAT(entries.lines, ElementsAre(2, 3, 4));
}

TEST(ParseEntryTable, takes_a_first_row_for_a_header_exactly_when_its_third_field_is_no_number) {
  EXPECT_EQ(parse("1,2,3\n").num_entries(), 1);
  EXPECT_EQ(parse("a,b,3\n").num_entries(), 1);
  EXPECT_EQ(parse("1,2,three\n1,2,3\n").num_entries(), 1);
  EXPECT_EQ(parse("\"user\",\"film\",\"rating\"\r\n1,2,3\r\n").num_entries(), 1);
  EXPECT_EQ(reason("1,2,\n1,2,3\n"), "a.csv, line 1, column 3: expected a number, found an empty field");
  EXPECT_THAT(reason("u,i,v\nu,i,v\n"), HasSubstr("a.csv, line 2, column 3: expected a number, found \"v\""));
  EXPECT_THAT(reason("1,2,nan\n1,2,3\n"), HasSubstr("a.csv, line 1, column 3: expected a finite number"));
}

TEST(ParseEntryTable, passes_over_more_columns_whatever_they_hold) {
  const DataEntries entries =
      parse("1,2,3,964982703\n1,3,4,,\"a \"\"b\"\",\nc\",x\n1,4,5\n1,5,6, in \"quotes\" ,\n");

  EXPECT_THAT(entries.values, ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(entries.lines, ElementsAre(1, 2, 4, 5));
}

TEST(ParseEntryTable, takes_quoted_and_padded_ids_for_what_they_say) {
  const DataEntries entries = parse(
      "\xef\xbb\xbf\"a,b\", \"say \"\"hi\"\"\" ,1\r\n \"7\" ,x y,\"2\"\n7,\"x y\",3\r\n\"two\nlines\",\" "
      "\",4");

  EXPECT_THAT(entries.row_ids, ElementsAre("7", "a,b", "two\nlines"));
  EXPECT_THAT(entries.col_ids, ElementsAre(" ", "say \"hi\"", "x y"));
  EXPECT_THAT(entries.row_index, ElementsAre(1, 0, 0, 2));
  EXPECT_THAT(entries.col_index, ElementsAre(1, 2, 2, 0));
  EXPECT_THAT(entries.lines, ElementsAre(1, 2, 3, 4));
}

TEST(ParseEntryTable, keeps_a_position_that_comes_twice) {
  const DataEntries entries = parse("1,1,2\n1,1,3\n1,1,2\n");

  EXPECT_EQ(entries.rows, 1);
  EXPECT_THAT(entries.row_index, ElementsAre(0, 0, 0));
  EXPECT_THAT(entries.values, ElementsAre(2, 3, 2));
  EXPECT_THAT(entries.lines, ElementsAre(1, 2, 3));
}

TEST(ParseEntryTable, reads_tabs_and_words) {
  const DataEntries tabs = parse("u 1\tfilm\t2\t9\r\n\"u\t2\"\tfilm\t3\r\n\n", "a.tsv");
  const DataEntries words = parse("  61 7 4.0\n1647\t128   3.6 \r\n61 128\t5 extra words\n \t\r\n", "a.txt");

  EXPECT_THAT(tabs.row_ids, ElementsAre("u\t2", "u 1"));
  EXPECT_THAT(tabs.values, ElementsAre(2, 3));
  EXPECT_THAT(words.row_ids, ElementsAre("61", "1647"));
  EXPECT_THAT(words.col_ids, ElementsAre("7", "128"));
  EXPECT_THAT(words.row_index, ElementsAre(0, 1, 0));
  EXPECT_THAT(words.col_index, ElementsAre(0, 1, 1));
  EXPECT_THAT(words.values, ElementsAre(4, 3.6, 5));
}

TEST(ParseEntryTable, agrees_with_itself_whether_ids_fit_into_its_table_or_not) {
  // The same structure under three names: small integers, integers of eleven digits, text.
  std::string small, large, text;
  for (int k = 0; k < 3000; ++k) {
    const int row = 7 * k * k % 1009, col = 11 * k % 499;
    const std::string tail = "," + std::to_string(col) + "," + std::to_string(k) + "\n";
    small += std::to_string(row) + tail;
    large += std::to_string(row + 10000000000) + tail;
    text += "u" + std::to_string(row + 1000) + tail;
  }

  const DataEntries a = parse(small), b = parse(large), c = parse(text);

  EXPECT_EQ(a.row_index, b.row_index);
  EXPECT_EQ(a.row_index, c.row_index);
  EXPECT_EQ(a.col_index, c.col_index);
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    const int row = 7 * static_cast<int>(k * k) % 1009;
    ASSERT_EQ(a.row_ids[static_cast<std::size_t>(a.row_index[k])], std::to_string(row)) << k;
  }
}

TEST(ParseEntryTable, names_line_and_column_and_what_is_wrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "a.csv: expected at least one entry: a row id, a column id and a value, found an empty file"},
      {"\n\r\n", "found an empty file"},
      {"user,item,value\n", "found a header alone"},
      {"1,2\n", "a.csv, line 1: expected a row id, a column id and a value, found 2 fields"},
      {"user,item\n1,2\n", "a.csv, line 1: expected a row id, a column id and a value, found 2 fields"},
      {"1 2 3\n", "a.csv, line 1: expected a row id, a column id and a value, found 1 field"},
      {"1,2,3\n1\n", "a.csv, line 2: expected a row id, a column id and a value, found 1 field"},
      {"1,2,3\n\n1,2,3\n", "a.csv, line 2: expected a row id, a column id and a value, found a blank line"},
      {"1,2,3\n,2,3\n", "a.csv, line 2, column 1: expected a row id, found an empty field"},
      {"1,2,3\n1,  ,3\n", "a.csv, line 2, column 2: expected a column id, found an empty field"},
      {"1,2,3\n1,\"\",3\n", "a.csv, line 2, column 2: expected a column id, found an empty field"},
      {"1,2,3\n1,2,\n", "a.csv, line 2, column 3: expected a number, found an empty field"},
      {"1,2,3\n1,2,3.5x\n", "a.csv, line 2, column 3: expected a number, found \"3.5x\""},
      {"1,2,3\n1,2,0x10\n", "found \"0x10\""},
      {"1,2,3\n1,2,1e999\n", "a.csv, line 2, column 3: expected a number in the range of double"},
      {"1,2,3\n1,2,-inf\n", "a.csv, line 2, column 3: expected a finite number, found \"-inf\""},
      {"1,2,3\n1,2,NaN\n", "expected a finite number, found \"NaN\""},
      {"1,2,3\n\"1\"x,2,3\n", "a.csv, line 2, column 1: expected the end of the field after its quotes"},
      {"1,2,3\n\"1\" x,2,3\n", "a.csv, line 2, column 1: expected the end of the field after its quotes"},
      {"1,2,3\n1,2,3,\"x\n\n",
       "a.csv, line 2, column 4: expected a closing quote, found the end of the file"},
      {"1,2,3\n\"a\nb\",2,3\n1,2,x\n", "a.csv, line 4, column 3: expected a number"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(reason(text), HasSubstr(message)) << text;
  EXPECT_THAT(reason("1 2 3\n\"1\"2 3\n", "a.txt"), HasSubstr("a.txt, line 2, column 1: expected the end"));
  EXPECT_THAT(reason("1 2 3\n\n1 2 3\n", "a.txt"), HasSubstr("a.txt, line 2: "));
  EXPECT_THAT(reason("1\t2\n", "a.tsv"), HasSubstr("found 2 fields"));
}

TEST(ParseEntries, reads_matrix_market_without_names_and_with_repeated_positions) {
  const DataEntries entries = parse(
      "%%MatrixMarket matrix coordinate real general\n% note\n4 3 3\n2 3 1.5\n1 1 -2\n2 3 7\n", "a.mtx");

  EXPECT_EQ(entries.rows, 4);
  EXPECT_EQ(entries.cols, 3);
  EXPECT_THAT(entries.row_ids, IsEmpty());
  EXPECT_THAT(entries.col_ids, IsEmpty());
  EXPECT_THAT(entries.row_index, ElementsAre(1, 0, 1));
  EXPECT_THAT(entries.col_index, ElementsAre(2, 0, 2));
  EXPECT_THAT(entries.values, ElementsAre(1.5, -2, 7));
  EXPECT_THAT(entries.lines, ElementsAre(4, 5, 6));
}

TEST(ParseEntries, gives_both_images_of_a_symmetric_matrix_and_all_of_a_dense_one) {
  const DataEntries symmetric =
      parse("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 5\n2 1 3\n", "a.mtx");
  const DataEntries dense = parse("%%MatrixMarket matrix array real general\n2 2\n1\n0\n3\n4\n", "a.mtx");

  EXPECT_THAT(symmetric.row_index, ElementsAre(0, 1, 0));
  EXPECT_THAT(symmetric.col_index, ElementsAre(0, 0, 1));
  EXPECT_THAT(symmetric.values, ElementsAre(5, 3, 3));
  EXPECT_THAT(symmetric.lines, ElementsAre(3, 4, 4));
  EXPECT_THAT(dense.values, ElementsAre(1, 0, 3, 4));
  EXPECT_THAT(dense.row_index, ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(dense.lines, ElementsAre(3, 4, 5, 6));
}

TEST(ParseEntries, refuses_matrices_without_entries_or_with_what_is_not_finite) {
  const std::string general = "%%MatrixMarket matrix coordinate real general\n";

  EXPECT_THAT(reason(general + "2 2 0\n", "a.mtx"), HasSubstr("a.mtx: expected at least one entry"));
  EXPECT_THAT(reason(general + "2 2 1\n2 1 inf\n", "a.mtx"),
              HasSubstr("a.mtx, row 2, column 1: expected a finite"));
}

TEST(ParseEntries, refuses_other_endings) {
  for (const char* name : {"ratings", "a.dat", "a.json", "a.npz.gz", "a.gz", "folder.csv/ratings", ".csvx"})
    EXPECT_THAT(reason("1,2,3\n", name), HasSubstr("expected a file ending in .csv")) << name;
  EXPECT_THAT(reason("1,2,3\n", "a.dat"), HasSubstr("found the ending .dat"));
}

TEST(ReadEntries, refuses_a_file_that_is_missing) {
  EXPECT_THROW(read_entries("no/such/ratings.csv"), InputError);
  EXPECT_THROW(read_entries("no/such/matrix.npz"), InputError);
}

Array vector(const Vector& values) { return {{static_cast<std::int64_t>(values.size())}, values}; }

TEST_F(EntriesFile, reads_what_is_not_nan_of_a_dense_array) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  write_npy(path("a.npy"), {{2, 3}, {1, nan, 0, nan, -2, 3}});
  write_npz(path("a.npz"), NamedArrays{{"x", vector({1, 2})}, {"y", {{2, 3}, {1, nan, 0, nan, -2, 3}}}});

  for (const char* name : {"a.npy", "a.npz:y"}) {
    const DataEntries entries = read_entries(path(name));

    EXPECT_EQ(entries.rows, 2);
    EXPECT_EQ(entries.cols, 3);
    EXPECT_THAT(entries.row_index, ElementsAre(0, 0, 1, 1));
    EXPECT_THAT(entries.col_index, ElementsAre(0, 2, 1, 2));
    EXPECT_THAT(entries.values, ElementsAre(1, 0, -2, 3));
    EXPECT_THAT(entries.lines, IsEmpty());
    EXPECT_THAT(entries.row_ids, IsEmpty());
  }
  EXPECT_THAT(reason_of("a.npz"),
              HasSubstr("a.npz:x: expected an array with two dimensions, found shape (2,)"));
}

TEST_F(EntriesFile, reads_archives_from_memory_too) {
  write_npz(path("a.npz"), NamedArrays{{"y", {{1, 2}, {5, 6}}}});
  std::ifstream in(path("a.npz"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};

  EXPECT_THAT(parse(bytes, "a.npz").values, ElementsAre(5, 6));
  EXPECT_THAT(parse(bytes, "a.npz:y").values, ElementsAre(5, 6));
  EXPECT_THAT(reason(bytes, "a.npz:z"), HasSubstr("expected an array \"z\", found \"y\""));
  EXPECT_THAT(reason("", "a.npz"), HasSubstr("a.npz"));
}

TEST_F(EntriesFile, refuses_infinities_and_nothing_but_nan_in_a_dense_array) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  write_npy(path("infinite.npy"), {{2, 2}, {1, 2, -std::numeric_limits<double>::infinity(), 4}});
  write_npy(path("missing.npy"), {{1, 2}, {nan, nan}});
  write_npy(path("empty.npy"), {{3, 0}, {}});
  write_npy(path("cube.npy"), {{1, 1, 1}, {1}});

  EXPECT_THAT(reason_of("infinite.npy"), HasSubstr("infinite.npy[1, 0]: expected a finite number, or NaN"));
  EXPECT_THAT(reason_of("missing.npy"), HasSubstr("expected at least one entry"));
  EXPECT_THAT(reason_of("empty.npy"), HasSubstr("expected at least one entry"));
  EXPECT_THAT(reason_of("cube.npy"), HasSubstr("two dimensions, found shape (1, 1, 1)"));
}

// SciPy's layout. nadir writes no text, so the archives are made by a script; where Python is missing, the
// tests that follow it have nothing to read.
class SciPyFile : public EntriesFile {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -c 'import scipy.sparse' 2>/dev/null") != 0)
      GTEST_SKIP() << "Python 3 with SciPy is not installed";
  }
  void run(const std::string& lines) const {
    std::ofstream(path("script.py"))
        << "import numpy as np, scipy.sparse as sp\n"
           "a = sp.coo_matrix(([1.5, 0, -2, 7], ([2, 0, 2, 1], [1, 0, 3, 1])), (3, 4))\n"
           "def save(name, **arrays):\n"
           "    arrays = {k: np.array(v) for k, v in arrays.items()}\n"
           "    np.savez(name, **arrays)\n"
        << lines;
    const std::string command = "cd '" + path(".") + "' && /usr/bin/python3 script.py";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
};

TEST_F(SciPyFile, gives_the_entries_of_every_format_in_its_order) {
  run(R"(
for compressed in (True, False):
    end = '' if compressed else '_stored'
    sp.save_npz('coo' + end, a, compressed)
    sp.save_npz('csr' + end, a.tocsr(), compressed)
    sp.save_npz('csc' + end, a.tocsc(), compressed)
)");

  for (const std::string end : {".npz", "_stored.npz"}) {
    const DataEntries coo = read_entries(path("coo" + end)), csr = read_entries(path("csr" + end)),
                      csc = read_entries(path("csc" + end));
    for (const DataEntries* entries : {&coo, &csr, &csc}) {
      EXPECT_EQ(entries->rows, 3);
      EXPECT_EQ(entries->cols, 4);
      EXPECT_THAT(entries->row_ids, IsEmpty());
      EXPECT_THAT(entries->lines, IsEmpty());
    }
    EXPECT_THAT(coo.row_index, ElementsAre(2, 0, 2, 1));
    EXPECT_THAT(coo.col_index, ElementsAre(1, 0, 3, 1));
    EXPECT_THAT(coo.values, ElementsAre(1.5, 0, -2, 7));
    EXPECT_THAT(csr.row_index, ElementsAre(0, 1, 2, 2));
    EXPECT_THAT(csr.col_index, ElementsAre(0, 1, 1, 3));
    EXPECT_THAT(csr.values, ElementsAre(0, 7, 1.5, -2));
    EXPECT_THAT(csc.row_index, ElementsAre(0, 1, 2, 2));
    EXPECT_THAT(csc.col_index, ElementsAre(0, 1, 1, 3));
  }
}

TEST_F(SciPyFile, reads_integers_booleans_text_of_two_kinds_and_repeated_positions) {
  run(R"(
sp.save_npz('bool', a.tocsr().astype(bool))
save('unicode', format='csr', shape=[1, 2], indptr=[0, 3], indices=np.array([1, 1, 0], np.int64), data=[1, 2, 3])
save('big', format=np.array('coo', '>U5'), shape=[1, 2], row=[0], col=np.array([1], '>i2'), data=np.float32([0.5]))
save('bytes', format=np.array(b'csr', 'S9'), shape=[2, 1], indptr=[0, 0, 1], indices=[0], data=[4], other=['x'])
)");

  const DataEntries boolean = read_entries(path("bool.npz")), twice = read_entries(path("unicode.npz"));

  EXPECT_THAT(boolean.values, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(twice.col_index, ElementsAre(1, 1, 0));
  EXPECT_THAT(twice.values, ElementsAre(1, 2, 3));
  EXPECT_THAT(read_entries(path("big.npz")).col_index, ElementsAre(1));
  EXPECT_THAT(read_entries(path("bytes.npz")).row_index, ElementsAre(1));
}

TEST_F(SciPyFile, refuses_archives_whose_arrays_disagree) {
  const std::vector<std::array<std::string, 3>> cases{
      {"bsr", "sp.save_npz('bsr', a.tobsr((1, 2)))", "expected csr, csc or coo (convert with .tocsr()"},
      {"dia", "sp.save_npz('dia', sp.eye(3))", "bsr.npz"},
      {"lil", "save('lil', format='lil', shape=[1, 1], data=[1])", "found \"lil\""},
      {"noformat", "save('noformat', shape=[1, 1], indptr=[0, 1], indices=[0], data=[1])",
       "expected an array \"format\""},
      {"noshape", "save('noshape', format='csr', indptr=[0, 1], indices=[0], data=[1])",
       "an array \"shape\""},
      {"complex", "sp.save_npz('complex', a * 1j)", "complex.npz:data: header"},
      {"nan", "save('nan', format='coo', shape=[1, 1], row=[0], col=[0], data=[np.nan])",
       "nan.npz:data[0]: expected a finite number, found NaN"},
      {"empty", "sp.save_npz('empty', sp.csr_matrix((3, 4)))", "empty.npz: expected at least one entry"},
      {"row", "save('row', format='coo', shape=[1, 1], row=[1], col=[0], data=[1])",
       "row.npz:row[0]: expected an index from 0 to 0, found 1"},
      {"col", "save('col', format='coo', shape=[1, 2], row=[0, 0], col=[1, -1], data=[1, 1])",
       "col.npz:col[1]: expected an index from 0 to 1, found -1"},
      {"half", "save('half', format='coo', shape=[1, 2], row=[0], col=[0.5], data=[1])",
       "a number that is no integer"},
      {"short", "save('short', format='coo', shape=[1, 2], row=[0], col=[0, 1], data=[1, 2])",
       "short.npz:row: expected 2 indices, one for each of data, found 1 of them"},
      {"first", "save('first', format='csr', shape=[1, 2], indptr=[1, 2], indices=[0, 1], data=[1, 2])",
       "first.npz:indptr[0]: expected 0, found 1"},
      {"last", "save('last', format='csr', shape=[1, 2], indptr=[0, 1], indices=[0, 1], data=[1, 2])",
       "expected 2 as its last pointer, the size of data, found 1"},
      {"beyond", "save('beyond', format='csr', shape=[1, 2], indptr=[0, 3], indices=[0, 1], data=[1, 2])",
       "beyond.npz:indptr[1]: expected an integer from 0 to 2, found 3"},
      {"down", "save('down', format='csc', shape=[2, 3], indptr=[0, 2, 1, 2], indices=[0, 1], data=[1, 2])",
       "down.npz:indptr[2]: expected an integer from 2 to 2, found 1"},
      {"few", "save('few', format='csr', shape=[3, 2], indptr=[0, 2], indices=[0, 1], data=[1, 2])",
       "expected 3 + 1 pointers, as shape says, found 2 of them"},
      {"csc", "save('csc', format='csc', shape=[1, 2], indptr=[0, 1, 2], indices=[0, 1], data=[1, 2])",
       "csc.npz:indices[1]: expected an index from 0 to 0, found 1"},
      {"negative", "save('negative', format='coo', shape=[-1, 2], row=[0], col=[0], data=[1])",
       "negative.npz:shape[0]: expected an integer that is not negative, found -1"},
      {"shape3", "save('shape3', format='coo', shape=[1, 1, 1], row=[0], col=[0], data=[1])",
       "found 3 numbers"},
      {"matrix", "save('matrix', format='coo', shape=[1, 1], row=[[0]], col=[0], data=[1])",
       "matrix.npz:row: expected one dimension, found shape (1, 1)"},
      {"words", "save('words', format=['csr', 'csr'], shape=[1, 1], row=[0], col=[0], data=[1])",
       "words.npz:format: header: expected a single text, found 1 dimensions"},
      {"number", "save('number', format=3, shape=[1, 1], row=[0], col=[0], data=[1])",
       "expected text, found type"},
      {"greek", "save('greek', format='c\\u03c3r', shape=[1, 1], row=[0], col=[0], data=[1])",
       "expected ASCII text"},
  };
  std::string script;
  for (const auto& item : cases) script += item[1] + "\n";
  run(script);

  for (const auto& [name, made_by, message] : cases)
    EXPECT_THAT(reason_of(name + ".npz"), HasSubstr(name == "dia" ? "found \"dia\"" : message)) << made_by;
}

TEST_F(SciPyFile, reads_compressed_text) {
  run("import gzip\nfor name, text in (('a.csv', '1,2,3\\n'), ('a.txt', '1 2 3\\n')):\n"
      "    gzip.open(name + '.gz', 'wt').write(text)\n");

  EXPECT_THAT(read_entries(path("a.csv.gz")).values, ElementsAre(3));
  EXPECT_THAT(read_entries(path("a.txt.gz")).values, ElementsAre(3));
}

}  // namespace
}  // namespace nadir
