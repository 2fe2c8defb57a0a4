// Atomic files against what the file system shows: the old bytes or the new ones, and never a leftover.
#include "nadir/base/atomic_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "nadir_atomic_file_test_" + std::to_string(getpid());
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    target_ = folder_ + "/target.json";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string content(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::size_t num_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static std::string reason(const std::string& path) {
    try {
      write_file_atomically(path, "new");
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string folder_, target_;
};

TEST_F(AtomicFileTest, shows_nothing_until_commit_and_everything_after) {
  write_file_atomically(target_, "old");
  const std::string large(300000, 'x');
  {
    AtomicFile file(target_);
    file.write("head ");
    file.write(large);
    file.write(" tail");
    EXPECT_EQ(content(target_), "old");
    EXPECT_EQ(file.num_bytes(), large.size() + 10);

    file.commit();
  }

  EXPECT_EQ(content(target_), "head " + large + " tail");
  EXPECT_EQ(num_files(), 1u);
}

TEST_F(AtomicFileTest, without_commit_leaves_the_target_and_no_temporary) {
  write_file_atomically(target_, "old");

  { AtomicFile(target_).write("new"); }

  EXPECT_EQ(content(target_), "old");
  EXPECT_EQ(num_files(), 1u);
}

TEST_F(AtomicFileTest, writes_an_empty_file) {
  write_file_atomically(target_, "");

  EXPECT_TRUE(fs::exists(target_));
  EXPECT_EQ(fs::file_size(target_), 0u);
}

TEST_F(AtomicFileTest, temporary_names_are_recognised_and_others_are_not) {
  AtomicFile file(target_);
  const std::string temporary = fs::directory_iterator(folder_)->path().filename();

  EXPECT_TRUE(is_temporary_file_name(temporary)) << temporary;
  for (const char* name : {"target.json", "", ".nadir-tmp-1-2", "a.nadir-tmp-", "a.nadir-tmp-1",
                           "a.nadir-tmp-x-1", "a.nadir-tmp-1-2.npz", "a.nadir-tmp-1-"})
    EXPECT_FALSE(is_temporary_file_name(name)) << name;
}

TEST_F(AtomicFileTest, names_the_target_and_the_reason_when_the_folder_is_missing) {
  EXPECT_EQ(reason(folder_ + "/missing/x"), folder_ + "/missing/x: cannot create: No such file or directory");
}

TEST_F(AtomicFileTest, refuses_a_path_below_a_regular_file) {
  write_file_atomically(target_, "a file, not a folder");

  EXPECT_THAT(reason(target_ + "/x"), HasSubstr("Not a directory"));
}

TEST_F(AtomicFileTest, refuses_a_folder_as_target) {
  EXPECT_THAT(reason(folder_), HasSubstr("it is a folder"));
}

// A rename would replace the device by a file.
TEST_F(AtomicFileTest, refuses_a_device_as_target) {
  EXPECT_THAT(reason("/dev/null"), HasSubstr("not a regular file"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

// A limit on the size of files makes write() fail half-way, as a full disk does.
TEST_F(AtomicFileTest, a_full_disk_leaves_the_old_file_and_no_temporary) {
  write_file_atomically(target_, "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);

  std::string message = "no error";
  try {
    write_file_atomically(target_, std::string(300000, 'x'));
  } catch (const FileError& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);

  EXPECT_EQ(message, target_ + ": cannot write: File too large");
  EXPECT_EQ(content(target_), "old");
  EXPECT_EQ(num_files(), 1u);
}

TEST_F(AtomicFileTest, cannot_be_written_after_commit) {
  AtomicFile file(target_);
  file.commit();

  EXPECT_THROW(file.write("more"), FileError);
  EXPECT_THROW(file.commit(), FileError);
}

}  // namespace
}  // namespace nadir
