#include "nadir/io/survey_database.hpp"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;

constexpr double infinity = std::numeric_limits<double>::infinity();

const SurveyDatabase::Identity identity = {{"family", "double-well"}, {"seed", "7"}};

// A new folder for every test, removed afterwards.
class SurveyDatabaseFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "nadir-survey-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = name + "/survey.sqlite";
  }
  void TearDown() override { fs::remove_all(folder_); }

  // As another program would ask.
  std::string query(const std::string& sql) const {
    sqlite3* file = nullptr;
    sqlite3_open_v2(path_.c_str(), &file, SQLITE_OPEN_READWRITE, nullptr);
    std::string answer;
    const auto collect = [](void* text, int count, char** values, char**) {
      for (int i = 0; i < count; ++i) *static_cast<std::string*>(text) += std::string(values[i] ? values[i] : "NULL") + ";";
      return 0;
    };
    if (sqlite3_exec(file, sql.c_str(), collect, &answer, nullptr) != SQLITE_OK) answer = sqlite3_errmsg(file);
    sqlite3_close(file);
    return answer;
  }
  std::string message_of_opening(const SurveyDatabase::Identity& wanted = identity) const {
    try {
      SurveyDatabase(path_, wanted);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
  std::string path_;
};

SurveyEnd an_end(std::int64_t start, double value) {
  SurveyEnd end;
  end.start = start;
  end.headline = Headline::local_minimum;
  end.rigor = Rigor::proved;
  end.value = value;
  end.lower_bound = -infinity;
  end.gap = infinity;
  end.value_tolerance = 1e-6;
  end.gradient_norm = 5e-324;
  end.negative = 0;
  end.min_eigenvalue = 0.1;
  end.termination = Termination::gradient_small;
  end.iterations = 12;
  end.escapes = 1;
  end.seconds = 0.25;
  end.point.layout.add("U", 2, 1);
  end.point.layout.add("b two", 1, 2);
  end.point.values = {0.1, -0.0, 1e-310, static_cast<double>(start)};
  return end;
}

TEST_F(SurveyDatabaseFile, ends_come_back_with_the_same_bits) {
  {
    SurveyDatabase database(path_, identity);
    database.add(an_end(3, 0.1 + 0.2), {{3, 1, Headline::strict_saddle, Rigor::proved, 0.5, 1e-9, 2, -0.125}});
  }

  const SurveyDatabase database(path_, identity);
  const SurveyEnd end = database.end(3);
  const auto saddles = database.saddles();

  EXPECT_EQ(end.value, 0.1 + 0.2);
  EXPECT_EQ(end.lower_bound, -infinity);
  EXPECT_EQ(end.gap, infinity);
  EXPECT_EQ(end.gradient_norm, 5e-324);
  EXPECT_EQ(end.negative, 0);
  EXPECT_EQ(end.headline, Headline::local_minimum);
  EXPECT_EQ(end.rigor, Rigor::proved);
  EXPECT_EQ(end.termination, Termination::gradient_small);
  EXPECT_EQ(end.point.layout, an_end(3, 0).point.layout);
  ASSERT_EQ(end.point.values, an_end(3, 0).point.values);
  EXPECT_TRUE(std::signbit(end.point.values[1]));
  ASSERT_EQ(saddles.size(), 1u);
  EXPECT_EQ(saddles[0].negative, 2);
  EXPECT_EQ(saddles[0].min_eigenvalue, -0.125);
}

// A value of 0 is no sign of work to do, and what is not a number is no value.
TEST_F(SurveyDatabaseFile, zero_is_a_value_and_nan_is_null) {
  SurveyDatabase database(path_, identity);
  SurveyEnd nan = an_end(1, std::nan("")), broken;
  nan.negative = -1;
  broken.start = 2;
  broken.is_broken = true;
  broken.message = "overflow; scale the data";

  database.add(an_end(0, 0.0), {});
  database.add(nan, {});
  database.add(broken, {});

  EXPECT_EQ(database.finished(), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(database.end(0).value, 0.0);
  EXPECT_TRUE(std::isnan(database.end(1).value));
  EXPECT_EQ(database.end(1).negative, -1);
  EXPECT_TRUE(database.end(2).is_broken);
  EXPECT_EQ(database.end(2).message, "overflow; scale the data");
  EXPECT_EQ(query("SELECT start, state, value FROM ends"), "0;finished;0.0;1;finished;NULL;2;broken;NULL;");
  EXPECT_THROW(database.end(9), InputError);
}

TEST_F(SurveyDatabaseFile, an_unfinished_start_is_kept_until_its_end_is_known) {
  SurveyDatabase database(path_, identity);
  UnfinishedStart half;
  half.state.set("solver/x", {1.0, std::nan(""), -0.0});
  half.state.set("", {});
  half.trace = "iteration,value\n0,1\n";

  database.save(4, half, {{4, 1}});
  const auto kept = database.unfinished(4);
  const std::size_t saddles_before = database.saddles().size(), own = database.saddles_of(4).size();
  database.add(an_end(4, 1.0), {{4, 1}, {4, 2}});

  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->trace, half.trace);
  EXPECT_TRUE(std::isnan(kept->state.get("solver/x")[1]));
  EXPECT_TRUE(kept->state.has(""));
  EXPECT_EQ(saddles_before, 0u);
  EXPECT_EQ(own, 1u);
  EXPECT_FALSE(database.unfinished(4).has_value());
  EXPECT_EQ(database.saddles().size(), 2u);
}

TEST_F(SurveyDatabaseFile, classes_are_replaced_as_a_whole) {
  SurveyDatabase database(path_, identity);
  for (int start = 0; start < 3; ++start) database.add(an_end(start, start), {});
  const std::vector<SurveyClassRow> rows = {{0, 1, Headline::global_minimum, Rigor::proved, -1}, {1, 2, Headline::spurious_minimum, Rigor::proved, 0}, {2, 0}};

  database.classify({{0, 7, Headline::undecided, Rigor::numerical, -1}});
  database.classify(rows);

  EXPECT_EQ(database.classes(), rows);
  EXPECT_EQ(query("SELECT start, class, verdict FROM results"), "0;1;global-minimum;1;2;spurious-minimum;2;NULL;local-minimum;");
}

TEST_F(SurveyDatabaseFile, may_be_queried_while_it_is_written_to) {
  SurveyDatabase database(path_, identity);
  sqlite3* reader = nullptr;
  sqlite3_open_v2(path_.c_str(), &reader, SQLITE_OPEN_READONLY, nullptr);
  database.add(an_end(0, 0.0), {});

  const int begun = sqlite3_exec(reader, "BEGIN; SELECT * FROM ends", nullptr, nullptr, nullptr);
  database.add(an_end(1, 1.0), {});  // would wait for the reader, and the reader for it, without a log
  const std::string seen = query("SELECT count(*) FROM ends");
  const int ended = sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_close(reader);

  EXPECT_EQ(begun, SQLITE_OK);
  EXPECT_EQ(ended, SQLITE_OK);
  EXPECT_EQ(seen, "2;");
}

TEST_F(SurveyDatabaseFile, is_one_file_once_it_is_closed) {
  { SurveyDatabase(path_, identity).add(an_end(0, 0.0), {}); }

  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"survey.sqlite"});
}

// The child writes ends until it is killed; each row that is there is whole, and they are the first ones.
TEST_F(SurveyDatabaseFile, a_killed_process_leaves_whole_ends_only) {
  for (const int milliseconds : {1, 7, 30, 60}) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      try {
        SurveyDatabase database(path_, identity);
        const auto known = static_cast<std::int64_t>(database.finished().size());
        if (write(pipe_ends[1], "x", 1) != 1) _exit(1);
        for (std::int64_t start = known;; ++start) database.add(an_end(start, 0.0), {{start, 1}, {start, 2}});
      } catch (...) {
        _exit(1);
      }
    }
    char begun = 0;
    ASSERT_EQ(read(pipe_ends[0], &begun, 1), 1);
    usleep(static_cast<useconds_t>(1000 * milliseconds));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);

    const SurveyDatabase database(path_, identity);
    std::int64_t count = 0;
    database.for_each_end([&](const SurveyEnd& end) {
      ASSERT_EQ(end.start, count++);
      ASSERT_EQ(end.point.values[3], static_cast<double>(end.start));
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(database.saddles().size(), 2 * static_cast<std::size_t>(count));
  }
  EXPECT_EQ(query("PRAGMA integrity_check"), "ok;");
}

TEST_F(SurveyDatabaseFile, refuses_what_is_not_its_own) {
  { SurveyDatabase(path_, identity).add(an_end(0, 0.0), {}); }

  EXPECT_EQ(message_of_opening({{"family", "network"}, {"seed", "7"}}), path_ + ": family: expected network, found double-well");
  EXPECT_EQ(message_of_opening({{"family", "double-well"}, {"seed", "8"}}), path_ + ": seed: expected 8, found 7");
  EXPECT_EQ(message_of_opening({{"data x", "sha256"}}), path_ + ": data x: expected sha256, found nothing");
  EXPECT_EQ(message_of_opening(), "");
  query("PRAGMA user_version = 2");
  EXPECT_EQ(message_of_opening(), path_ + ": expected a survey database of schema 1, found one of schema 2");
  query("PRAGMA application_id = 5");
  EXPECT_EQ(message_of_opening(), path_ + ": expected a survey database, found a database of another program");
}

TEST_F(SurveyDatabaseFile, refuses_files_of_other_kinds) {
  std::ofstream(path_) << "start,value\n0,0.5\n" << std::string(5000, 'x');
  EXPECT_EQ(message_of_opening(), path_ + ": expected a survey database, found a file of another kind");
  fs::remove(path_);
  query("");
  sqlite3* other = nullptr;
  sqlite3_open(path_.c_str(), &other);
  sqlite3_exec(other, "CREATE TABLE films (title TEXT)", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_EQ(message_of_opening(), path_ + ": expected a survey database, found a database of another program");
  fs::remove(path_);
  std::ofstream(path_).flush();  // empty: as if there were none
  EXPECT_EQ(message_of_opening(), "");
  EXPECT_THROW(SurveyDatabase((folder_ / "nowhere" / "survey.sqlite").string(), identity), FileError);
}

TEST_F(SurveyDatabaseFile, hostile_rows_are_input_errors) {
  const std::vector<std::string> edits = {
      "UPDATE ends SET verdict = 'best of all'",
      "UPDATE ends SET layout = 'U 9999999999999x9999999999999'",
      "UPDATE ends SET layout = 'U -2x-2'",
      "UPDATE ends SET layout = 'U'",
      "UPDATE ends SET layout = 'U 2x1, U 2x1'",
      "UPDATE ends SET point = x'00'",
      "UPDATE ends SET point = NULL",
      "UPDATE ends SET termination = NULL",
  };
  for (const std::string& edit : edits) {
    fs::remove(path_);
    SurveyDatabase database(path_, identity);
    database.add(an_end(0, 0.0), {});
    EXPECT_EQ(query(edit), "");

    EXPECT_THROW(database.end(0), InputError) << edit;
  }
  SurveyDatabase database(path_, identity);
  query("INSERT INTO unfinished VALUES (1, x'ffffffffffffffffffffffffffffffff41', '')");
  EXPECT_THROW(database.unfinished(1), InputError);
}

}  // namespace
}  // namespace nadir
