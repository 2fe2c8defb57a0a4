// IDX files against bytes written down from the format's description.
#include "nadir/io/idx.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

Array parse(std::string_view bytes) {
  return parse_idx(std::as_bytes(std::span(bytes.data(), bytes.size())), "a.idx");
}

std::string reason(std::string_view bytes) {
  try {
    parse(bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseIdx, reads_every_element_type) {
  EXPECT_EQ(parse("\0\0\x08\3\0\0\0\1\0\0\0\2\0\0\0\2\0\1\xfe\xff"s), (Array{{1, 2, 2}, {0, 1, 254, 255}}));
  EXPECT_EQ(parse("\0\0\x09\1\0\0\0\2\x80\x7f"s), (Array{{2}, {-128, 127}}));
  EXPECT_EQ(parse("\0\0\x0b\1\0\0\0\2\x80\0\x01\x02"s), (Array{{2}, {-32768, 258}}));
  EXPECT_EQ(parse("\0\0\x0c\1\0\0\0\1\xff\xff\xff\xfe"s), (Array{{1}, {-2}}));
  EXPECT_EQ(parse("\0\0\x0d\1\0\0\0\1\xc0\x20\0\0"s), (Array{{1}, {-2.5}}));
  EXPECT_EQ(parse("\0\0\x0e\1\0\0\0\1\xc0\x04\0\0\0\0\0\0"s), (Array{{1}, {-2.5}}));
  EXPECT_EQ(parse("\0\0\x08\1\0\0\0\0"s), (Array{{0}, {}}));
}

TEST(ParseIdx, says_what_is_wrong) {
  EXPECT_EQ(reason(""), "a.idx: header: expected the first bytes of an IDX file, found an empty file");
  EXPECT_THAT(reason("\x1f\x01\x08\0"s), HasSubstr("found \"\\x1f\\x01\\x08\\x00\""));
  EXPECT_THAT(reason("\0\0"s), HasSubstr("expected the first bytes"));
  EXPECT_THAT(reason("\0\0\x0a\1\0\0\0\0"s), HasSubstr("element type 8, 9, 11, 12, 13 or 14, found 10"));
  EXPECT_THAT(reason("\0\0\x08\0"s), HasSubstr("at least one dimension"));
  EXPECT_THAT(reason("\0\0\x08\2\0\0\0\1\0"s), HasSubstr("expected 2 dimensions, found the end of the file"));
  EXPECT_THAT(reason("\0\0\x08\1\0\0\0\2x"s),
              HasSubstr("expected 2 bytes of data, as its header says, found at most 1"));
  EXPECT_THAT(reason("\0\0\x08\1\0\0\0\2xyz"s), HasSubstr("found more bytes after them"));
  EXPECT_THAT(reason("\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s),
              HasSubstr("too many elements"));
  EXPECT_THAT(reason("\0\0\x08\xff"s + std::string(1020, '\1')), HasSubstr("at most 32 dimensions"));
}

// gzip.compress(b"\0\0\x08\1\0\0\0\2\5\7", mtime=0) by Python, and the same bytes cut after the fifth into
// two members.
TEST(ReadIdx, reads_gzip_with_one_or_more_members) {
  const std::string path = testing::TempDir() + "nadir_idx_test_" + std::to_string(getpid()) + ".gz";
  const std::string whole =
      "\037\213\010\000\000\000\000\000\002\003\143\140\340\140\144\140\140\140\142\145\007\000\377\315"
      "\217\166\012\000\000\000"s;
  const std::string members =
      "\037\213\010\000\000\000\000\000\002\003\143\140\340\140\144\000\000\344\227\052\321\005\000\000"
      "\000\037\213\010\000\000\000\000\000\002\003\143\140\140\142\145\007\000\225\102\265\046\005\000"
      "\000\000"s;

  for (const std::string& bytes : {whole, members}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    EXPECT_EQ(read_idx(path), (Array{{2}, {5, 7}}));
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    EXPECT_THROW(read_idx(path), InputError) << size;
  }
  for (std::size_t at = whole.size() - 8; at < whole.size(); ++at) {  // checksum and length
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << changed;
    EXPECT_THROW(read_idx(path), InputError) << at;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace nadir
