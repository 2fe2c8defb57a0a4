// SHA-256 against the published answers: FIPS 180-2 appendix B, and NIST's example for the empty message.
#include "nadir/base/hash.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr const char* digest_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* digest_of_a_million_a =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, gives_the_published_digests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), digest_of_abc);
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')), digest_of_a_million_a);
}

TEST(Sha256, does_not_depend_on_how_the_bytes_are_cut) {
  Sha256 hash;

  hash.update("a");
  hash.update("");
  hash.update("bc");

  EXPECT_EQ(hash.finish(), digest_of_abc);
}

TEST(Sha256, begins_anew_after_finish) {
  Sha256 hash;
  hash.update("something else");
  hash.finish();

  hash.update("abc");

  EXPECT_EQ(hash.finish(), digest_of_abc);
}

TEST(Sha256, of_a_file_is_that_of_its_bytes) {
  const std::string path = testing::TempDir() + "nadir_hash_test.bin";
  std::ofstream(path, std::ios::binary) << std::string(1000000, 'a');

  EXPECT_EQ(sha256_of_file(path), digest_of_a_million_a);

  std::filesystem::remove(path);
}

TEST(Sha256, of_a_file_that_cannot_be_read_is_an_error_that_names_it) {
  try {
    sha256_of_file("no/such/file.npy");
    FAIL() << "expected FileError";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "no/such/file.npy: No such file or directory");
  }
  EXPECT_THROW(sha256_of_file(testing::TempDir()), FileError);
}

}  // namespace
}  // namespace nadir
