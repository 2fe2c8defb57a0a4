// .npy files against NumPy 1.24: the golden bytes below are what numpy.save wrote for the array named beside
// them; the malformed ones are those with single facts changed.
#include "nadir/io/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;
using Shape = std::vector<std::int64_t>;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

Array parse(std::string_view bytes) { return parse_npy(bytes_of(bytes), "a.npy"); }

std::string reason(std::string_view bytes) {
  try {
    parse(bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// A version 1 file with this dictionary and these bytes of data.
std::string file(const std::string& dictionary, std::string_view data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 255);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes + dictionary + std::string(data);
}

std::string typed(const std::string& descr, const std::string& shape, std::string_view data,
                  const std::string& order = "False") {
  return file("{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n", data);
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

std::string reversed_words(std::string bytes, std::size_t word) {
  for (std::size_t i = 0; i < bytes.size(); i += word)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + word));
  return bytes;
}

// numpy.save(f, numpy.array([[1.0, -2.5, 3.0]])): 128 bytes of header, then three doubles.
std::string numpy_row() {
  std::string header("\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }",
                     69);
  header.append(127 - header.size(), ' ');
  header += '\n';
  return header + std::string(
                      "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x04\xc0"
                      "\x00\x00\x00\x00\x00\x00\x08\x40",
                      24);
}

TEST(ParseNpy, reads_what_numpy_wrote) {
  const Array array = parse(numpy_row());

  EXPECT_EQ(array, (Array{{1, 3}, {1.0, -2.5, 3.0}}));
}

TEST(WriteNpy, writes_the_same_bytes_as_numpy) {
  const std::string path = testing::TempDir() + "nadir_npy_test_" + std::to_string(getpid()) + ".npy";

  write_npy(path, {{1, 3}, {1.0, -2.5, 3.0}});

  std::ifstream stream(path, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), numpy_row());
  EXPECT_EQ(read_npy(path), (Array{{1, 3}, {1.0, -2.5, 3.0}}));
  std::filesystem::remove(path);
}

TEST(ParseNpy, keeps_every_bit_of_a_double) {
  constexpr double denormal = std::numeric_limits<double>::denorm_min();
  const std::string data = raw<double>({-0.0, denormal, -denormal, std::numeric_limits<double>::max(),
                                        std::numeric_limits<double>::infinity(), 0x1.fffffffffffffp-1022});
  const std::string nan = raw<std::uint64_t>({0x7ff4dead00000001});

  const Array array = parse(typed("<f8", "(7,)", data + nan));

  EXPECT_EQ(std::memcmp(array.values.data(), (data + nan).data(), 56), 0);
}

TEST(ParseNpy, reads_every_element_type_in_both_byte_orders) {
  struct Case {
    const char* type;
    std::string data;
    Vector expected;
  };
  const std::vector<Case> cases{
      {"f8", raw<double>({0.1, -3}), {0.1, -3}},
      {"f4", raw<float>({0.1F, -3}), {static_cast<double>(0.1F), -3}},
      // 1, the least denormal, -65504, 0.333251953125: from numpy.float16(...).tobytes()
      {"f2", raw<std::uint16_t>({0x3c00, 0x0001, 0xfbff, 0x3555}), {1, 0x1p-24, -65504, 0.333251953125}},
      {"i1", raw<std::int8_t>({-128, 127}), {-128, 127}},
      {"i2", raw<std::int16_t>({-32768, 300}), {-32768, 300}},
      {"i4", raw<std::int32_t>({-2147483648, 65536}), {-2147483648.0, 65536}},
      {"i8", raw<std::int64_t>({-9007199254740991, 42}), {-9007199254740991.0, 42}},
      {"u1", raw<std::uint8_t>({255, 0}), {255, 0}},
      {"u2", raw<std::uint16_t>({65535, 1}), {65535, 1}},
      {"u4", raw<std::uint32_t>({4294967295U, 1}), {4294967295.0, 1}},
      {"u8", raw<std::uint64_t>({9007199254740991U, 1}), {9007199254740991.0, 1}},
      {"b1", raw<std::uint8_t>({0, 1}), {0, 1}},
  };
  for (const Case& c : cases) {
    const std::string shape = "(" + std::to_string(c.expected.size()) + ",)";
    const auto size = static_cast<std::size_t>(c.type[1] - '0');
    const std::string little = size == 1 ? "|" : "<";

    EXPECT_EQ(parse(typed(little + c.type, shape, c.data)).values, c.expected) << c.type;
    EXPECT_EQ(parse(typed(std::string(">") + c.type, shape, reversed_words(c.data, size))).values, c.expected)
        << c.type;
  }
}

TEST(ParseNpy, reads_the_infinities_and_nan_of_half_precision) {
  const Vector values = parse(typed("<f2", "(3,)", raw<std::uint16_t>({0x7c00, 0xfc00, 0x7e00}))).values;

  EXPECT_EQ(values[0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[1], -std::numeric_limits<double>::infinity());
  EXPECT_NE(values[2], values[2]);
}

TEST(ParseNpy, brings_fortran_order_into_c_order) {
  // numpy.arange(6).reshape(2, 3, order="C") stored in Fortran order: 0 3 1 4 2 5.
  EXPECT_EQ(parse(typed("<f8", "(2, 3)", raw<double>({0, 3, 1, 4, 2, 5}), "True")),
            (Array{{2, 3}, {0, 1, 2, 3, 4, 5}}));
  // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2)).tobytes("A")
  EXPECT_EQ(parse(typed("|u1", "(2, 3, 2)", std::string("\0\6\2\10\4\12\1\7\3\11\5\13", 12), "True")),
            (Array{{2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}));
  EXPECT_EQ(parse(typed("<f8", "(2,)", raw<double>({7, 8}), "True")), (Array{{2}, {7, 8}}));
}

TEST(ParseNpy, reads_a_large_fortran_matrix_across_tiles) {
  const std::int64_t rows = 70, cols = 41;
  std::string data;
  for (std::int64_t j = 0; j < cols; ++j)
    for (std::int64_t i = 0; i < rows; ++i) data += raw<double>({static_cast<double>(100 * i + j)});

  const Array array = parse(typed("<f8", "(70, 41)", data, "True"));

  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j)
      ASSERT_EQ(array.values[static_cast<std::size_t>(i * cols + j)], static_cast<double>(100 * i + j));
}

TEST(ParseNpy, reads_a_single_number_and_empty_arrays) {
  EXPECT_EQ(parse(typed("<f8", "()", raw<double>({7}))), (Array{{}, {7}}));
  EXPECT_EQ(parse(typed("<f8", "(0, 5)", "")), (Array{{0, 5}, {}}));
  EXPECT_EQ(parse(typed("<f8", "(0, 5, 2)", "", "True")), (Array{{0, 5, 2}, {}}));
}

TEST(ParseNpy, reads_versions_2_and_3_and_spellings_of_python_2) {
  const std::string dictionary = "{\"shape\":(2L,),'fortran_order':False,'descr':'<f8'}  \n";
  for (const char version : {'\x02', '\x03'}) {
    std::string bytes("\x93NUMPY", 6);
    bytes += {version, '\0', static_cast<char>(dictionary.size()), '\0', '\0', '\0'};

    EXPECT_EQ(parse(bytes + dictionary + raw<double>({1, 2})).values, (Vector{1, 2}));
  }
}

TEST(ParseNpy, names_the_header_and_what_is_wrong_with_it) {
  const std::string data = raw<double>({1, 2});
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "a.npy: header: expected the first bytes of a .npy file, found an empty file"},
      {"PK\3\4", "found \"PK\\x03\\x04\""},
      {"\x93NUMPY", "expected a version, found the end of the file"},
      {std::string("\x93NUMPY\x04\x00", 8), "expected format version 1, 2 or 3, found 4"},
      {std::string("\x93NUMPY\x01\x00\x40", 9), "found the end of the file"},
      {std::string("\x93NUMPY\x01\x00\x40\x00{'de", 14), "expected a header of 64 bytes"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12) + "{}",
       "at most 2^20 bytes, found 4294967295 bytes"},
      {file("", data), "expected a dictionary, found its end"},
      {file("__import__('os')", data), "expected a dictionary, found \"__import__('os')\""},
      {file("{'descr': '<f8', 'fortran_order': False}", data), "one of them missing"},
      {file("{'descr': '<f8', 'descr': '<f8'}", data), "\"descr\" twice"},
      {file("{'descr': '<f8', 'order': False}", data), "found \"order\""},
      {file("{'descr': '<f8", data), "a closing quote"},
      {file("{'descr' '<f8'}", data), "':' after a key"},
      {file("{'descr': '<f8' 'shape': ()}", data), "',' or '}'"},
      {file("{descr: '<f8'}", data), "a key in quotes"},
      {typed("<f8", "(2,)", data, "0"), "True or False"},
      {typed("<f8", "2", data), "the shape in parentheses"},
      {typed("<f8", "(2 2)", data), "',' or ')'"},
      {typed("<f8", "(2.0,)", data), "',' or ')'"},
      {typed("<f8", "(x,)", data), "an integer"},
      {typed("<f8", "(-2,)", data), "dimensions that are not negative, found -2"},
      {typed("<f8", "(99999999999999999999,)", data), "dimensions that fit into memory"},
      {typed("<f8", "(4294967296, 4294967296)", data), "too many elements"},
      {typed("<f8", "(0, 4294967296, 4294967296)", ""), "too many elements"},
      {typed("<f8", "(2,)} {", data), "nothing after the dictionary"},
  };
  for (const auto& [bytes, message] : cases) {
    EXPECT_THAT(reason(bytes), HasSubstr("a.npy: header: expected ")) << message;
    EXPECT_THAT(reason(bytes), HasSubstr(message));
    EXPECT_THAT(reason(bytes), Not(HasSubstr("\n")));
  }
}

TEST(ParseNpy, refuses_elements_that_are_not_plain_numbers) {
  const std::string data(64, '\0');

  EXPECT_THAT(reason(typed("|O", "(2,)", data)), HasSubstr("found Python objects, type \"|O\""));
  EXPECT_THAT(reason(typed("<c16", "(2,)", data)), HasSubstr("found complex numbers"));
  EXPECT_THAT(reason(file("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2,)}", data)),
              HasSubstr("found a structured type"));
  for (const char* type :
       {"<U4", "|S3", "<f16", "<M8[ns]", "|V8", "f8", "<f", "<f1", "<b2", "|f8", "<i3", "", "<u16"})
    EXPECT_THAT(reason(typed(type, "(2,)", data)), HasSubstr("expected booleans, integers")) << type;
}

TEST(ParseNpy, refuses_a_file_shorter_or_longer_than_its_header_says) {
  const std::string whole = numpy_row();

  EXPECT_EQ(reason(whole.substr(0, whole.size() - 1)),
            "a.npy: expected 24 bytes of data, as its header says, found at most 23 bytes");
  EXPECT_EQ(reason(whole + "x"),
            "a.npy: expected 24 bytes of data, as its header says, found more bytes after them");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(reason(whole.substr(0, size)), "no error");
}

// The header promises 8 EB: nothing may be allocated for it.
TEST(ParseNpy, takes_no_memory_for_promises) {
  EXPECT_THAT(reason(typed("|u1", "(1152921504606846975,)", "xyz")), HasSubstr("found at most 3 bytes"));
}

TEST(ParseNpy, refuses_integers_that_a_double_cannot_hold) {
  EXPECT_EQ(
      reason(typed("<i8", "(2,)", raw<std::int64_t>({1, 9007199254740993}))),
      "a.npy, element 1: expected an integer below 2^53 in magnitude, which a double holds exactly, found a "
      "larger one");
  EXPECT_NE(reason(typed("<i8", "(1,)", raw<std::int64_t>({std::numeric_limits<std::int64_t>::min()}))),
            "no error");
  EXPECT_NE(reason(typed("<u8", "(1,)", raw<std::uint64_t>({~std::uint64_t{0}}))), "no error");
}

TEST(ReadNpy, names_a_file_that_is_missing_or_a_folder) {
  EXPECT_THROW(
      {
        try {
          read_npy("no/such.npy");
        } catch (const InputError& error) {
          EXPECT_STREQ(error.what(),
                       "no/such.npy: expected a file that can be read, found No such file or directory");
          throw;
        }
      },
      InputError);
  EXPECT_THROW(read_npy(testing::TempDir()), InputError);
  EXPECT_THROW(read_npy("/dev/zero"), InputError);
}

}  // namespace
}  // namespace nadir
