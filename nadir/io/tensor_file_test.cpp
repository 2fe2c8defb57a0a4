// Tensors by file: bytes as numpy.save writes them, spoilt in single facts; a file larger than the memory allowed.
#include "nadir/io/tensor_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/linalg/slab_source.hpp"
#include "nadir/linalg/tucker_decomposition.hpp"

namespace nadir {
namespace {

using Shape = std::vector<std::int64_t>;

class TensorFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  // The message without the folder.
  std::string reason(const std::string& file) const {
    try {
      read_tensor(file);
    } catch (const InputError& error) {
      std::string text = error.what();
      for (std::size_t at = text.find(folder_); at != std::string::npos; at = text.find(folder_)) text.erase(at, folder_.size() + 1);
      return text;
    }
    return "no error";
  }

 private:
  std::string make_folder() const {
    const std::string name = testing::TempDir() + "nadir_tensor_file_" + std::to_string(getpid());
    std::filesystem::create_directory(name);
    return name;
  }
  std::string folder_ = make_folder();
};

// As numpy.save writes it, but for the padding.
std::string npy(const std::string& descr, bool fortran, const std::string& shape, const std::string& data) {
  const std::string text = "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(text.size() & 255);
  bytes += static_cast<char>(text.size() >> 8);
  return bytes + text + data;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// 0, 1, ..., count - 1 in the order of memory.
template <class T>
std::vector<T> counting(std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i);
  return values;
}

template <class Scalar>
std::vector<Scalar> all_values(const SlabSource<Scalar>& source) {
  std::vector<Scalar> values, buffer;
  for (Index i = 0; i < source.shape()[0]; ++i) {
    const auto flat = source.slab(i, 1, buffer).flat();
    values.insert(values.end(), flat.begin(), flat.end());
  }
  return values;
}

TEST_F(TensorFile, keeps_floats_and_doubles_as_they_are) {
  const DataTensor f = read_tensor(write("f.npy", npy("<f4", false, "(2, 3, 4)", raw(counting<float>(24)))));
  const DataTensor d = read_tensor(write("d.npy", npy("<f8", false, "(2, 3, 4)", raw(counting<double>(24)))));

  EXPECT_EQ(f.shape, (Shape{2, 3, 4}));
  ASSERT_TRUE(f.floats && !f.doubles && d.doubles && !d.floats);
  EXPECT_EQ(all_values(*f.floats), counting<float>(24));
  EXPECT_EQ(all_values(*d.doubles), counting<double>(24));
  EXPECT_NE(d.doubles->whole().data, nullptr);
  EXPECT_FALSE(f.is_reversed || f.is_on_disk || f.is_sparse());
  EXPECT_EQ(f.source_mode(0), 0);
}

TEST_F(TensorFile, turns_modes_around_where_the_file_is_in_fortran_order) {
  const DataTensor t = read_tensor(write("t.npy", npy("<f8", true, "(2, 3, 4)", raw(counting<double>(24)))));

  EXPECT_EQ(t.shape, (Shape{2, 3, 4}));
  EXPECT_TRUE(t.is_reversed);
  EXPECT_EQ(t.source_mode(0), 2);
  EXPECT_EQ(t.doubles->shape(), (TensorShape{4, 3, 2}));
  EXPECT_EQ(all_values(*t.doubles), counting<double>(24));
}

TEST_F(TensorFile, makes_doubles_of_other_types_and_byte_orders) {
  std::string swapped = raw(counting<std::uint16_t>(6));
  for (std::size_t i = 0; i < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  std::string big = raw(std::vector<float>{1.5F});
  std::reverse(big.begin(), big.end());

  const DataTensor small = read_tensor(write("i.npy", npy("|i1", false, "(2, 3)", raw(counting<std::int8_t>(6)))));
  const DataTensor words = read_tensor(write("w.npy", npy(">u2", false, "(2, 3)", swapped)));
  const DataTensor floats = read_tensor(write("b.npy", npy(">f4", false, "(1,)", big)));

  EXPECT_EQ(all_values(*small.doubles), counting<double>(6));
  EXPECT_EQ(all_values(*words.doubles), counting<double>(6));
  EXPECT_EQ(all_values(*floats.floats), (std::vector<float>{1.5F}));
}

TEST_F(TensorFile, leaves_on_disk_what_is_larger_than_allowed_and_reads_the_same_numbers) {
  for (const char* type : {"<f8", "<i4"}) {
    const std::string data = type[1] == 'f' ? raw(counting<double>(105)) : raw(counting<std::int32_t>(105));
    const std::string file = write("t.npy", npy(type, false, "(5, 7, 3)", data));

    const DataTensor memory = read_tensor(file, 105 * 8), disk = read_tensor(file, 105 * 8 - 1);

    EXPECT_FALSE(memory.is_on_disk);
    EXPECT_TRUE(disk.is_on_disk);
    EXPECT_EQ(disk.doubles->whole().data, nullptr);
    EXPECT_EQ(all_values(*disk.doubles), all_values(*memory.doubles));
  }
}

TEST_F(TensorFile, counts_missing_entries_and_names_the_first_in_the_files_order_of_modes) {
  std::vector<double> values = counting<double>(24);
  values[7] = values[20] = std::nan("");

  const DataTensor c = read_tensor(write("c.npy", npy("<f8", false, "(2, 3, 4)", raw(values))));
  const DataTensor f = read_tensor(write("f.npy", npy("<f8", true, "(2, 3, 4)", raw(values))));

  EXPECT_EQ(c.num_missing, 2);
  EXPECT_EQ(c.first_missing, "element (0, 1, 3)");
  EXPECT_EQ(f.first_missing, "element (1, 0, 1)");  // 7 = 1 + 2 (0 + 3 * 1)
}

TEST_F(TensorFile, refuses_infinities_by_index) {
  std::vector<float> values = counting<float>(24);
  values[23] = -INFINITY;

  EXPECT_EQ(reason(write("t.npy", npy("<f4", false, "(2, 3, 4)", raw(values)))),
            "t.npy, element (1, 2, 3): expected a finite number, found -infinity");
}

TEST_F(TensorFile, refuses_files_shorter_or_longer_than_their_header_says) {
  const std::string data = raw(counting<double>(24));

  EXPECT_EQ(reason(write("t.npy", npy("<f8", false, "(2, 3, 4)", data.substr(1)))),
            "t.npy: expected 192 bytes of data, as its header says, found 191 bytes");
  EXPECT_EQ(reason(write("t.npy", npy("<f8", false, "(2, 3, 4)", data + "x"))),
            "t.npy: expected 192 bytes of data, as its header says, found 193 bytes");
  EXPECT_EQ(reason(write("t.npy", npy("<f8", false, "(1000000, 1000000, 100000)", data))),
            "t.npy: expected 800000000000000000 bytes of data, as its header says, found 192 bytes");
}

TEST_F(TensorFile, refuses_no_entries_no_dimensions_and_too_many) {
  EXPECT_EQ(reason(write("t.npy", npy("<f8", false, "(3, 0, 2)", ""))), "t.npy: expected at least one entry, found an empty array");
  EXPECT_EQ(reason(write("t.npy", npy("<f8", false, "()", raw(counting<double>(1))))),
            "t.npy: expected an array with 1 to 8 dimensions, found 0 of them");
  EXPECT_EQ(reason(write("t.npy", npy("<f8", false, "(1, 1, 1, 1, 1, 1, 1, 1, 1)", raw(counting<double>(1))))),
            "t.npy: expected an array with 1 to 8 dimensions, found 9 of them");
  EXPECT_EQ(reason(path("none.npy")).substr(0, 8), "none.npy");
  EXPECT_NE(reason(write("t.xyz", "1")), "no error");
}

TEST_F(TensorFile, says_when_a_file_shrinks_while_it_is_read) {
  const std::string file = write("t.npy", npy("<f8", false, "(5, 7, 3)", raw(counting<double>(105))));
  const DataTensor disk = read_tensor(file, 8);
  std::filesystem::resize_file(file, 400);
  std::vector<double> buffer;

  EXPECT_THROW(disk.doubles->slab(4, 1, buffer), InputError);
}

TEST_F(TensorFile, reads_sparse_archives_by_entry_and_by_mode) {
  const Array coords{{3, 2}, {1, 4, 0, 2, 1, 0}}, by_mode{{2, 3}, {1, 0, 1, 4, 2, 0}}, values{{3}, {1.0, 2.0, 3.0}};
  const Array shape{{2}, {3, 5}}, zero{{}, {0.0}};
  write_npz(path("a.npz"), NamedArrays{{"coords", coords}, {"values", values}});
  write_npz(path("b.npz"), NamedArrays{{"data", values}, {"shape", shape}, {"fill_value", zero}, {"coords", by_mode}});

  const DataTensor a = read_tensor(path("a.npz")), b = read_tensor(path("b.npz"));

  EXPECT_EQ(a.shape, (Shape{2, 5}));
  EXPECT_EQ(b.shape, (Shape{3, 5}));
  EXPECT_EQ(a.values, (Vector{2.0, 3.0, 1.0}));
  EXPECT_EQ(a.coordinates, (std::vector<SharedVector<std::int32_t>>{{0, 1, 1}, {2, 0, 4}}));
  EXPECT_EQ(b.coordinates, a.coordinates);
}

TEST_F(TensorFile, refuses_sparse_archives_that_contradict_themselves) {
  const Array coords{{2, 2}, {1, 4, 0, 2}}, values{{2}, {1.0, 2.0}};
  const auto refused = [&](NamedArrays arrays) {
    write_npz(path("s.npz"), arrays);
    return reason(path("s.npz"));
  };

  EXPECT_EQ(refused({{"coords", coords}, {"values", {{3}, {1, 2, 3}}}}),
            "s.npz:coords: expected one row, or one column, for each of 3 values, found shape (2, 2)");
  EXPECT_EQ(refused({{"coords", coords}, {"values", values}, {"shape", {{2}, {2, 4}}}}),
            "s.npz:coords, entry 0: expected a whole number from 0 to 3, found 4");
  EXPECT_EQ(refused({{"coords", {{2, 2}, {1, 1, 1, 1}}}, {"values", values}}),
            "s.npz:coords, entry 1: expected each place once, found (1, 1) again, after s.npz:coords, entry 0");
  EXPECT_EQ(refused({{"coords", {{2, 2}, {-1, 1, 1, 0.5}}}, {"values", values}}).substr(0, 21), "s.npz:coords, entry 0");
  EXPECT_EQ(refused({{"coords", coords}, {"values", {{2}, {1, INFINITY}}}}).substr(0, 12), "s.npz:values");
  EXPECT_EQ(refused({{"coords", coords}, {"data", values}, {"fill_value", {{}, {1.0}}}}),
            "s.npz:fill_value: expected 0, found another number");
}

// A .npy file of a tensor of multilinear rank (1, 1, 1) plus a multiple of (2, 2, 2), slab by slab.
void write_large(const std::string& file, Index n) {
  std::ofstream out(file, std::ios::binary);
  const std::string extents = std::to_string(n);
  out << npy("<f8", false, "(" + extents + ", " + extents + ", " + extents + ")", "");
  std::vector<double> slab(static_cast<std::size_t>(n * n));
  for (Index a = 0; a < n; ++a) {
    for (Index b = 0; b < n; ++b)
      for (Index c = 0; c < n; ++c)
        slab[static_cast<std::size_t>(b * n + c)] = 1.0 + (a % 2 == 0 ? 1.0 : -1.0) * (b % 2 == 0 ? 1.0 : -1.0) * (c % 2 == 0 ? 0.25 : -0.25);
    out.write(reinterpret_cast<const char*>(slab.data()), static_cast<std::streamsize>(slab.size() * sizeof(double)));
  }
}

// Decomposes with half as much address space to spare as the file is large; ends the process.
void decompose_within_half(const std::string& file) {
  set_num_threads(1);
  Tensor<double> small(TensorShape{200, 20, 20});
  std::fill(small.flat().begin(), small.flat().end(), 1.0);
  hooi(small.view(), sthosvd(small.view(), {.ranks = {2}}), {.max_sweeps = 1});  // BLAS takes its buffers
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::size_t spare = std::filesystem::file_size(file) / 2, bytes = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + spare;
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
  const DataTensor t = read_tensor(file, static_cast<std::int64_t>(spare) / 2);
  const TuckerDecomposition one = sthosvd(*t.doubles, {.ranks = {1}});
  const HooiResult two = hooi(*t.doubles, sthosvd(*t.doubles, {.ranks = {2}}), {.max_sweeps = 2});
  const double n3 = static_cast<double>(t.doubles->shape().size());
  const bool is_right = t.is_on_disk && std::fabs(one.error_squared / (n3 / 16.0) - 1.0) < 1e-10 &&
                        two.decomposition.relative_error() < 1e-7;
  _exit(is_right ? 0 : 1);
}

TEST_F(TensorFile, twice_as_large_as_the_memory_is_decomposed_from_disk) {
  if (*NADIR_SANITIZE != '\0') GTEST_SKIP() << "sanitizers need address space of their own";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string file = testing::TempDir() + "nadir_large_tensor.npy";  // the child runs this function again
  if (!std::filesystem::exists(file)) write_large(file, 200);

  EXPECT_EXIT(decompose_within_half(file), testing::ExitedWithCode(0), "");

  std::filesystem::remove(file);
}

}  // namespace
}  // namespace nadir
