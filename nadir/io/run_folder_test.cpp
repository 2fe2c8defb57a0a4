// Run folders against what the file system shows.
#include "nadir/io/run_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;

class RunFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "nadir_run_folder_test_" + std::to_string(getpid());
    fs::remove_all(root_);
    fs::create_directory(root_);
    path_ = root_ + "/run";
  }
  void TearDown() override { fs::remove_all(root_); }

  template <class Action>
  static std::string reason(Action action) {
    try {
      action();
    } catch (const std::exception& error) {
      return error.what();
    }
    return "no error";
  }

  std::string root_, path_;
};

TEST_F(RunFolderTest, create_makes_an_empty_folder_with_its_parents) {
  const RunFolder folder = RunFolder::create(root_ + "/a/b/");

  EXPECT_EQ(folder.path(), root_ + "/a/b");
  EXPECT_TRUE(fs::is_empty(root_ + "/a/b"));
}

TEST_F(RunFolderTest, create_refuses_a_file_and_a_folder_with_a_run) {
  std::ofstream(root_ + "/file") << "x";
  RunFolder::create(path_).write_text(run_files::verdict, "{}");

  EXPECT_EQ(reason([&] { RunFolder::create(root_ + "/file"); }),
            root_ + "/file: expected a folder for the run, found a file");
  EXPECT_EQ(reason([&] { RunFolder::create(path_); }),
            path_ + ": expected a folder without a run in it, found one with verdict.json");
}

// Below a regular file nothing can be made, whoever asks.
TEST_F(RunFolderTest, create_reports_what_the_system_refuses) {
  std::ofstream(root_ + "/file") << "x";

  EXPECT_THROW(RunFolder::create(root_ + "/file/run"), FileError);
}

TEST_F(RunFolderTest, replace_removes_the_old_run_and_nothing_else) {
  {
    const RunFolder old = RunFolder::create(path_);
    for (const char* name : {run_files::run, run_files::certificate, run_files::witness})
      old.write_text(name, "old");
    old.write_checkpoint(State());
    old.write_text("notes.txt", "mine");
  }

  const RunFolder folder = RunFolder::replace(path_);

  EXPECT_FALSE(folder.has(run_files::run) || folder.has(run_files::certificate) ||
               folder.has(run_files::witness));
  EXPECT_FALSE(folder.has_checkpoint());
  EXPECT_EQ(folder.read_text("notes.txt"), "mine");
}

TEST_F(RunFolderTest, open_refuses_what_is_not_a_run_folder) {
  fs::create_directory(path_);
  std::ofstream(root_ + "/file") << "x";

  EXPECT_EQ(reason([&] { RunFolder::open(root_ + "/none"); }),
            root_ + "/none: expected a run folder, found nothing of that name");
  EXPECT_EQ(reason([&] { RunFolder::open(root_ + "/file"); }),
            root_ + "/file: expected a run folder, found a file");
  EXPECT_EQ(reason([&] { RunFolder::open(path_); }),
            path_ + ": expected a run folder, found a folder without run.json or certificate.json");
  std::ofstream(path_ + "/run.json") << "{}";
  EXPECT_EQ(RunFolder::open(path_).read_text(run_files::run), "{}");
}

TEST_F(RunFolderTest, is_held_by_one_run_at_a_time_and_read_by_all) {
  {
    const RunFolder writer = RunFolder::create(path_);
    const RunFolder copy = writer;
    writer.write_text(run_files::run, "{}");
    RunFolder reader = RunFolder::open(path_);

    EXPECT_EQ(reader.read_text(run_files::run), "{}");
    EXPECT_THROW(reader.hold(), InputError);
    EXPECT_THROW(RunFolder::replace(path_), InputError);
    EXPECT_EQ(reader.read_text(run_files::run), "{}") << "nothing is removed from a folder in use";
  }
  RunFolder next = RunFolder::open(path_);
  EXPECT_NO_THROW(next.hold());
}

TEST_F(RunFolderTest, keeps_texts_and_arrays) {
  const RunFolder folder = RunFolder::create(path_);
  const Array array{{2, 2}, {1, 2, 3, 4}};

  folder.write_text(run_files::trace, std::string("a\0b", 3));
  folder.write_npz(run_files::point, NamedArrays{{"W1", array}});
  folder.write_npz(run_files::witness,
                   std::map<std::string, Matrix>{{"W1", Matrix::from_rows({{1, 2}, {3, 4}})}});

  EXPECT_EQ(folder.read_text(run_files::trace), std::string("a\0b", 3));
  EXPECT_EQ(folder.read_npz(run_files::point).at("W1"), array);
  EXPECT_EQ(folder.read_npz(run_files::witness).at("W1"), array);
  EXPECT_THROW(folder.read_text(run_files::verdict), InputError);
  EXPECT_THROW(folder.read_npz(run_files::trace), InputError);
}

TEST_F(RunFolderTest, a_checkpoint_comes_back_with_every_bit_and_replaces_the_last) {
  const RunFolder folder = RunFolder::create(path_);
  State first, second;
  first.set("x", {1, 2, 3});
  second.set("x", {-0.0, 0x1p-1074, std::numeric_limits<double>::infinity()});
  second.set("momentum/empty", {});
  second.set_integer("random position", ~std::uint64_t{0});

  folder.write_checkpoint(first);
  folder.write_checkpoint(second);

  const State read = folder.read_checkpoint();
  EXPECT_EQ(read, second);
  EXPECT_TRUE(std::signbit(read.get("x")[0]));
  folder.remove_checkpoint();
  EXPECT_FALSE(folder.has_checkpoint());
  EXPECT_THROW(folder.read_checkpoint(), InputError);
}

TEST_F(RunFolderTest, leftovers_of_dead_processes_are_removed_and_those_of_living_ones_stay) {
  const RunFolder folder = RunFolder::create(path_);
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  const std::string of_dead = "point.npz.nadir-tmp-" + std::to_string(dead) + "-0";
  const std::string of_living = "point.npz.nadir-tmp-" + std::to_string(getppid()) + "-0";
  folder.write_text(run_files::run, "{}");
  fs::create_directory(path_ + "/checkpoint");
  for (const std::string& name : {of_dead, of_living, "checkpoint/" + of_dead})
    std::ofstream(path_ + "/" + name) << "x";

  folder.remove_leftovers();

  EXPECT_FALSE(folder.has(of_dead));
  EXPECT_FALSE(folder.has("checkpoint/" + of_dead));
  EXPECT_TRUE(folder.has(of_living));
  EXPECT_EQ(folder.read_text(run_files::run), "{}");
}

}  // namespace
}  // namespace nadir
