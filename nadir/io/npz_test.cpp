// .npz files against NumPy 1.24 and Python's zipfile: golden bytes with their origin beside them, single
// facts changed in archives of our own, and, where Python is installed, NumPy itself.
#include "nadir/io/npz.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/zip.hpp"
#include "nadir/io/npy.hpp"

namespace nadir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// numpy.savez_compressed(f, a=numpy.array([1.0, 2.0]))
constexpr std::string_view numpy_compressed =
    "504b030414000000080000002100645baabf4c0000009000000005001400612e6e70790100100090000000000000004c0000"
    "00000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a1aea3a09e965f54529498179f5f94920a12774bcc"
    "294e058a17672416a402f91a463a9a3a0ab50a14002e0630f8600fa1191c00504b0102140314000000080000002100645baa"
    "bf4c00000090000000050000000000000000000000800100000000612e6e7079504b05060000000001000100330000008300"
    "00000000";

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

std::string content(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Opens the archive and reads everything in it.
std::string reason(std::string_view bytes) {
  try {
    const NpzFile file(bytes_of(bytes), "a.npz");
    for (const std::string& name : file.names()) file.read(name);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// The same with the bytes at every place where `pattern` stands followed by `offset` replaced.
std::string with(std::string bytes, std::string_view pattern, std::size_t offset,
                 std::string_view replacement) {
  for (std::size_t at = bytes.find(pattern); at != std::string::npos; at = bytes.find(pattern, at + 1))
    bytes.replace(at + offset, replacement.size(), replacement);
  return bytes;
}

class NpzTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "nadir_npz_test_" + std::to_string(getpid());
    std::filesystem::create_directory(folder_);
    path_ = folder_ + "/a.npz";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Two stored arrays: "W1" (2, 3), "b1" (2,).
  std::string two_arrays() const {
    write_npz(path_, NamedArrays{{"W1", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"b1", {{2}, {7, 8}}}});
    return content(path_);
  }

  std::string folder_, path_;
};

TEST_F(NpzTest, reads_what_numpy_compressed) {
  const std::string bytes = from_hex(numpy_compressed);

  const NpzFile file(bytes_of(bytes), "a.npz");

  EXPECT_THAT(file.names(), ElementsAre("a"));
  EXPECT_EQ(file.read("a"), (Array{{2}, {1, 2}}));
}

TEST_F(NpzTest, gives_back_what_was_written_in_its_order) {
  const NamedArrays arrays{
      {"z", {{2, 3}, {1, 2, 3, 4, 5, -0.0}}}, {"escape/W1", {{}, {0x1p-1074}}}, {"\xc3\xa4", {{0, 4}, {}}}};

  write_npz(path_, arrays);

  EXPECT_EQ(read_npz_in_order(path_), arrays);
  EXPECT_TRUE(std::signbit(read_npz(path_).at("z").values[5]));
  EXPECT_EQ(NpzFile(path_).read_first().shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_TRUE(NpzFile(path_).contains("escape/W1"));
  EXPECT_FALSE(NpzFile(path_).contains("escape/W1.npy"));
}

TEST_F(NpzTest, equal_arrays_give_equal_bytes) {
  const std::string first = two_arrays();

  EXPECT_EQ(two_arrays(), first);
}

TEST_F(NpzTest, keeps_matrices_as_rows_and_columns) {
  const std::map<std::string, Matrix> matrices{{"A", Matrix::from_rows({{1, 2, 3}, {4, 5, 6}})},
                                               {"empty", Matrix(0, 3)}};

  write_npz(path_, matrices);

  EXPECT_EQ(read_npz_matrices(path_), matrices);
  EXPECT_EQ(read_npz(path_).at("A"), (Array{{2, 3}, {1, 2, 3, 4, 5, 6}}));
}

TEST_F(NpzTest, an_archive_without_arrays_is_read_but_has_no_first) {
  write_npz(path_, NamedArrays{});

  EXPECT_TRUE(read_npz(path_).empty());
  EXPECT_THROW(NpzFile(path_).read_first(), InputError);
}

TEST_F(NpzTest, a_missing_name_is_told_with_those_that_are_there) {
  two_arrays();
  std::string message;
  try {
    NpzFile(path_).read("W2");
  } catch (const InputError& error) {
    message = error.what();
  }

  EXPECT_EQ(message, path_ + ": expected an array \"W2\", found \"W1\", \"b1\"");
}

TEST_F(NpzTest, a_name_twice_is_refused_by_writer_and_reader) {
  const std::string bytes = two_arrays();

  EXPECT_THROW(write_npz(path_, NamedArrays{{"a", {}}, {"a", {}}}), InputError);
  EXPECT_THAT(reason(with(bytes, "b1.npy", 0, "W1.npy")), HasSubstr("found \"W1.npy\" twice"));
  EXPECT_EQ(content(path_), bytes);
}

TEST_F(NpzTest, every_cut_and_every_changed_byte_is_an_error_or_changes_nothing) {
  const std::string whole = two_arrays();
  const auto expected = read_npz_in_order(path_);

  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_NE(reason(whole.substr(0, size)), "no error") << size;
  int num_accepted = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    if (reason(changed) != "no error") continue;
    // Times, versions and attributes mean nothing to us; values and names must be what they were.
    const NpzFile file(bytes_of(changed), "a.npz");
    for (const auto& [name, array] : expected)
      if (file.contains(name)) {
        EXPECT_EQ(file.read(name), array) << at;
      }
    ++num_accepted;
  }
  EXPECT_LT(num_accepted, 120);
}

TEST_F(NpzTest, names_what_is_wrong_with_an_archive) {
  const std::string two = two_arrays();
  const std::string central("PK\1\2", 4), local("PK\3\4", 4), end("PK\5\6", 4);

  EXPECT_EQ(reason(""), "a.npz: expected a zip archive, found an empty file");
  EXPECT_THAT(reason("PK"), HasSubstr("found a file of 2 bytes"));
  EXPECT_THAT(reason(std::string(1000, 'x')), HasSubstr("without the record that ends one"));
  EXPECT_THAT(reason(two + "x"), HasSubstr("without the record that ends one"));
  EXPECT_THAT(reason("x" + two), HasSubstr("a central directory right before the archive's end"));
  EXPECT_THAT(reason(with(two, central, 8, "\1")), HasSubstr("an encrypted or patched one"));
  EXPECT_THAT(reason(with(two, central, 10, "\14")), HasSubstr("compression method 12"));
  EXPECT_THAT(reason(with(two, central, 16, "\1")), HasSubstr("expected bytes that match their CRC-32"));
  EXPECT_THAT(reason(with(two, central, 20, "\1")), HasSubstr("one size for the stored entry"));
  EXPECT_THAT(reason(with(two, central, 42, "\7")), HasSubstr("something else where the directory points"));
  EXPECT_THAT(reason(with(two, central, 42, "\xf0\xff\xff\x7f")), HasSubstr("found the end of the file"));
  EXPECT_THAT(reason(with(two, local, 30, "X")), HasSubstr("that of another entry"));
  EXPECT_THAT(reason(with(two, local, 28, "\xff\x01")), HasSubstr("one that runs past it"));
  EXPECT_THAT(reason(with(two, end, 4, "\1")), HasSubstr("a part of several"));
  EXPECT_THAT(reason(with(two, end, 8, std::string("\1\0\1", 3))),
              HasSubstr("more bytes in its central directory"));
  EXPECT_THAT(reason(with(two, central, 28, "\xff")), HasSubstr("the directory's end"));
  EXPECT_THAT(reason(with(two, end, 8, std::string("\x99\0\x99", 3))),
              HasSubstr("a shorter central directory"));
  EXPECT_THAT(reason(with(two, end, 16, "\xff\xff\xff\xff")), HasSubstr("the records of a zip64 archive"));
  EXPECT_THAT(reason(with(two, central, 42, "\xff\xff\xff\xff")), HasSubstr("the 64-bit sizes of entry"));
}

// The directory points at a whole entry, header included, that lies inside another entry's data.
TEST_F(NpzTest, entries_may_not_share_bytes) {
  const std::string npy = npy_header({{0}, {}});
  AtomicFile file(path_);
  internal::ZipWriter zip(file);
  const std::span<const std::byte> inner[] = {bytes_of(npy)};
  zip.add("a.npy", inner);
  const std::size_t entry_size = 30 + 5 + npy.size();
  write_npz(folder_ + "/copy.npz", NamedArrays{{"a", {{0}, {}}}});
  const std::string copy = content(folder_ + "/copy.npz").substr(0, entry_size);
  const std::span<const std::byte> outer[] = {bytes_of(copy)};
  zip.add("b.bin", outer);
  zip.finish();
  file.commit();
  std::string bytes = content(path_);
  ASSERT_EQ(reason(bytes), "no error");

  const std::size_t record = bytes.find(std::string("PK\1\2", 4));
  bytes.replace(record + 42, 2,
                {static_cast<char>((entry_size + 35) & 255), static_cast<char>((entry_size + 35) >> 8)});

  EXPECT_EQ(reason(bytes), "a.npz: expected entries apart from one another, found \"a.npy\" inside another");
}

TEST_F(NpzTest, damaged_compressed_data_is_an_error) {
  const std::string whole = from_hex(numpy_compressed);
  const std::size_t data = 55, data_size = 0x4c;

  for (std::size_t at = data; at < data + data_size; ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    EXPECT_NE(reason(changed), "no error") << at;
  }
}

// A deflated entry that claims more than deflate can hold: nothing may be allocated for it.
TEST_F(NpzTest, takes_no_memory_for_promises) {
  const std::string dictionary =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1152921504606846975,), }\n";
  std::string npy("\x93NUMPY\x01\x00", 8);
  npy += {static_cast<char>(dictionary.size()), '\0'};
  npy += dictionary;
  AtomicFile file(path_);
  internal::ZipWriter zip(file);
  const std::span<const std::byte> pieces[] = {bytes_of(npy)};
  zip.add("a.npy", pieces);
  zip.finish();
  file.commit();

  EXPECT_THAT(reason(content(path_)), HasSubstr("a.npz:a: expected 1152921504606846975 bytes of data"));
}

TEST_F(NpzTest, reads_archives_with_64_bit_fields) {
  const Array array{{2}, {7, 8}};
  const std::string header = npy_header(array);
  AtomicFile file(path_);
  internal::ZipWriter zip(file, 0);
  for (const char* name : {"a.npy", "b.npy"}) {
    const std::span<const std::byte> pieces[] = {bytes_of(header), std::as_bytes(std::span(array.values))};
    zip.add(name, pieces);
  }
  zip.finish();
  file.commit();

  EXPECT_EQ(read_npz_in_order(path_), (NamedArrays{{"a", array}, {"b", array}}));
  const std::string whole = content(path_);
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_NE(reason(whole.substr(0, size)), "no error") << size;
}

// Runs a script with NumPy; false where that is not installed.
bool python_agrees(const std::string& folder, const std::string& script, bool& has_numpy) {
  has_numpy = std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") == 0;
  if (!has_numpy) return false;
  std::ofstream(folder + "/script.py") << script;
  return std::system(("cd '" + folder + "' && /usr/bin/python3 script.py").c_str()) == 0;
}

TEST_F(NpzTest, numpy_reads_what_we_write_64_bit_fields_included) {
  write_npz(path_, NamedArrays{{"W1", {{2, 3}, {1, 2, 3, 4, 5, -0.0}}}, {"escape/W1", {{}, {0x1p-1074}}}});
  write_npy(folder_ + "/large.npy", {{123456, 1}, Vector(123456, 0.1)});
  {
    const Array array{{2}, {7, 8}};
    const std::string header = npy_header(array);
    AtomicFile file(folder_ + "/wide.npz");
    internal::ZipWriter zip(file, 0);
    const std::span<const std::byte> pieces[] = {bytes_of(header), std::as_bytes(std::span(array.values))};
    zip.add("a.npy", pieces);
    zip.add("b.npy", pieces);
    zip.finish();
    file.commit();
  }
  bool has_numpy = false;
  const bool agrees = python_agrees(folder_, R"(
import numpy, zipfile
z = numpy.load('a.npz')
assert z.files == ['W1', 'escape/W1'], z.files
assert z['W1'].tolist() == [[1, 2, 3], [4, 5, 0]] and numpy.signbit(z['W1'][1, 2])
assert z['escape/W1'].shape == () and z['escape/W1'] == 2.0 ** -1074
wide = numpy.load('wide.npz')
assert wide['a'].tolist() == [7, 8] and wide['b'].tolist() == [7, 8]
assert zipfile.ZipFile('wide.npz').testzip() is None
numpy.save('again.npy', numpy.full((123456, 1), 0.1))
assert open('again.npy', 'rb').read() == open('large.npy', 'rb').read()
)",
                                    has_numpy);
  if (!has_numpy) GTEST_SKIP() << "Python 3 with NumPy is not installed";

  EXPECT_TRUE(agrees);
}

TEST_F(NpzTest, reads_what_numpy_writes_of_every_type_and_order) {
  bool has_numpy = false;
  const bool written = python_agrees(folder_, R"(
import numpy
arrays = {}
for descr in ['f8', 'f4', 'f2', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8']:
    for order in '<>':
        a = (numpy.arange(24) * 3).reshape(2, 3, 4).astype(order + descr)
        arrays[descr + ('big' if order == '>' else 'little')] = a
        arrays[descr + order.replace('>', 'B').replace('<', 'L') + 'F'] = numpy.asfortranarray(a)
numpy.savez('stored.npz', **arrays)
numpy.savez_compressed('deflated.npz', **arrays)
with open('stream.npz', 'wb') as f:      # sizes behind the data, as for a pipe
    class Pipe:
        write = staticmethod(f.write)
        flush = staticmethod(f.flush)
    import zipfile, io
    with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z:
        for name, a in arrays.items():
            b = io.BytesIO(); numpy.save(b, a); z.writestr(name + '.npy', b.getvalue())
)",
                                     has_numpy);
  if (!has_numpy) GTEST_SKIP() << "Python 3 with NumPy is not installed";
  ASSERT_TRUE(written);
  Array expected{{2, 3, 4}, {}};
  for (int i = 0; i < 24; ++i) expected.values.push_back(3 * i);

  for (const char* name : {"stored.npz", "deflated.npz", "stream.npz"}) {
    const NamedArrays arrays = read_npz_in_order(folder_ + "/" + name);
    EXPECT_EQ(arrays.size(), 44u);
    for (const auto& [array_name, array] : arrays) EXPECT_EQ(array, expected) << name << ":" << array_name;
  }
}

}  // namespace
}  // namespace nadir
