// The door to all formats: one small array, written in every one of them, comes back the same.
#include "nadir/io/load_array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"
#include "nadir/io/npy.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

class LoadArray : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "nadir_load_array_test_" + std::to_string(getpid()) + "/";
    std::filesystem::create_directory(folder_);
    write_npy(folder_ + "x.npy", array_);
    write_npz(folder_ + "x.npz", NamedArrays{{"first", array_}, {"other:b", {{1}, {9}}}});
    write("x.csv", "a,b,c\n1,2,3\n4,5,6\n");
    write("x.tsv", "1\t2\t3\n4\t5\t6\n");
    write("x.mtx", "%%MatrixMarket matrix array real general\n2 3\n1\n4\n2\n5\n3\n6\n");
    write("x.idx", idx_);
    write("x-idx2-ubyte", idx_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ + name, std::ios::binary) << bytes;
  }
  std::string read(const std::string& name) const {
    std::ifstream stream(folder_ + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string reason(const std::string& name) const {
    try {
      load_samples(folder_ + name);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string folder_;
  const Array array_{{2, 3}, {1, 2, 3, 4, 5, 6}};
  const std::string idx_ = "\0\0\x08\2\0\0\0\2\0\0\0\3\1\2\3\4\5\6"s;
};

TEST_F(LoadArray, reads_every_format_by_its_ending) {
  for (const char* name :
       {"x.npy", "x.npz", "x.npz:first", "x.csv", "x.tsv", "x.mtx", "x.idx", "x-idx2-ubyte"})
    EXPECT_EQ(load_array(folder_ + name), array_) << name;
  EXPECT_EQ(load_array(folder_ + "x.npz:other:b"), (Array{{1}, {9}}));
}

TEST_F(LoadArray, reads_the_same_compressed_and_from_memory) {
  for (const std::string name : {"x.npy", "x.csv", "x.tsv", "x.mtx", "x.idx", "x-idx2-ubyte"}) {
    const std::string bytes = read(name);
    const gzFile file = gzopen((folder_ + name + ".gz").c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    const std::string compressed = read(name + ".gz");

    EXPECT_EQ(load_array(folder_ + name + ".gz"), array_) << name;
    EXPECT_EQ(parse_array(std::as_bytes(std::span(bytes)), name), array_) << name;
    EXPECT_EQ(parse_array(std::as_bytes(std::span(compressed)), name + ".gz"), array_) << name;
  }
  const std::string archive = read("x.npz");
  EXPECT_EQ(parse_array(std::as_bytes(std::span(archive)), "x.npz:first"), array_);
}

TEST_F(LoadArray, samples_become_columns) {
  const LoadedSamples loaded = load_samples(folder_ + "x.npz:first");

  EXPECT_EQ(loaded.samples, Matrix::from_rows({{1, 4}, {2, 5}, {3, 6}}));
  EXPECT_EQ(loaded.file, folder_ + "x.npz");
  EXPECT_EQ(loaded.shape, (std::vector<std::int64_t>{2, 3}));
}

TEST_F(LoadArray, tells_what_is_supported_when_the_ending_is_unknown) {
  EXPECT_EQ(reason("x.xlsx"),
            folder_ +
                "x.xlsx: expected a file ending in .npy, .npz, .npz:NAME, .csv, .tsv, .mtx, "
                ".idx or -ubyte, or in .gz behind one, found the ending .xlsx");
  EXPECT_THAT(reason("x"), HasSubstr("found none of these endings"));
  EXPECT_THAT(reason("x.npz.gz"), HasSubstr("found the ending .gz"));
  EXPECT_THAT(reason(""), HasSubstr("found none of these endings"));
}

TEST_F(LoadArray, names_a_missing_file_and_a_missing_array) {
  for (const std::string name : {"y.npy", "y.npz", "y.npz:a", "y.csv", "y.tsv", "y.mtx", "y.idx", "y.csv.gz"})
    EXPECT_THAT(reason(name), HasSubstr("expected a file that can be read, found No such file or directory"))
        << name;
  EXPECT_EQ(reason("x.npz:none"),
            folder_ + "x.npz: expected an array \"none\", found \"first\", \"other:b\"");
}

TEST_F(LoadArray, refuses_a_file_of_another_format_than_its_ending) {
  for (const char* name : {"y.npy", "y.npz", "y.mtx", "y.idx"}) {
    write(name, "1,2\n3,4\n");
    EXPECT_NE(reason(name), "no error") << name;
  }
  write("y.csv", read("x.npy"));
  EXPECT_NE(reason("y.csv"), "no error");
  write("y.csv.gz", "1,2\n3,4\n");
  EXPECT_THAT(reason("y.csv.gz"), HasSubstr("y.csv.gz: expected a compressed stream, found a damaged one"));
}

TEST_F(LoadArray, samples_must_be_finite_and_there) {
  write("y.csv", "1,2\n3,nan\n");
  write_npy(folder_ + "empty.npy", {{0, 3}, {}});

  EXPECT_EQ(reason("y.csv"), folder_ + "y.csv, row 1, column 1: expected a finite number, found NaN");
  EXPECT_EQ(reason("empty.npy"), folder_ + "empty.npy: expected at least one number, found shape (0, 3)");
}

}  // namespace
}  // namespace nadir
