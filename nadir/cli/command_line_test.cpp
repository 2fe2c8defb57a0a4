// Flags and config keys; the oracle is the contract of the command line.
#include "nadir/cli/command_line.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"
#include "nadir/cli/config_file.hpp"

namespace nadir::cli {
namespace {

struct Fields {
  bool residual = true;
  double field = 0.0;
  std::vector<std::int64_t> hidden;
  std::string output, better;

  OptionList rows() {
    return {option("residual", residual, ""), option("field", field, ""), option("hidden", hidden, "").at_least(1),
            option("output", output, ""), option("better", better, "")};
  }
};

CommandLine parse(Fields& fields, std::vector<std::string> arguments) {
  const OptionList rows = fields.rows();
  const CommandLine line = split_arguments(arguments, rows, {"better"});
  assign_flags(line, rows, {"better"});
  return line;
}

TEST(CommandLine, reads_flags_in_every_spelling) {
  Fields f;

  const CommandLine line = parse(f, {"word", "--no-residual", "--field", "-1.5", "--hidden=32,16", "-o", "out"});

  EXPECT_FALSE(f.residual);
  EXPECT_EQ(f.field, -1.5);
  EXPECT_EQ(f.hidden, (std::vector<std::int64_t>{32, 16}));
  EXPECT_EQ(f.output, "out");
  EXPECT_EQ(line.words, std::vector<std::string>{"word"});
}

TEST(CommandLine, two_dashes_end_the_flags) {
  Fields f;

  const CommandLine line = parse(f, {"--", "--field", "-o"});

  EXPECT_EQ(line.words, (std::vector<std::string>{"--field", "-o"}));
}

TEST(CommandLine, repeatable_flags_keep_every_value) {
  Fields f;

  const CommandLine line = parse(f, {"--better", "a.npz", "--better=b,c.npz"});

  EXPECT_EQ(line.values("better"), (std::vector<std::string>{"a.npz", "b,c.npz"}));
}

TEST(CommandLine, refuses_what_it_does_not_understand) {
  const std::vector<std::vector<std::string>> bad{
      {"--fields", "1"}, {"--field"},    {"--field", "--residual"}, {"--field", "x"},        {"--field=1", "--field=2"},
      {"-x"},            {"--no-field"}, {"--no-residual=true"},    {"--residual=perhaps"},  {"--hidden", "0"},
      {"--=3"},          {"-o"},         {"---field", "1"}};
  for (const auto& arguments : bad) {
    Fields f;

    EXPECT_THROW(parse(f, arguments), InputError) << arguments[0];
  }
}

TEST(CommandLine, names_the_nearest_flag) {
  Fields f;

  try {
    parse(f, {"--residul"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("nearest is '--residual'"), std::string::npos) << error.what();
  }
}

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
  }
  void TearDown() override { std::filesystem::remove(path_); }
  void write(const std::string& text) { std::ofstream(path_) << text; }
  auto read(Fields& fields, const std::vector<std::string>& given = {}) {
    return assign_config(path_, fields.rows(), given, {"better"});
  }

  std::string path_;
};

TEST_F(ConfigFile, understands_what_the_flags_understand) {
  Fields f;
  write("residual = false\nfield = 1e-3\nhidden = [32, 16]\nbetter = ['a.npz', 'b.npz']\n");

  const auto given = read(f);

  EXPECT_FALSE(f.residual);
  EXPECT_EQ(f.field, 1e-3);
  EXPECT_EQ(f.hidden, (std::vector<std::int64_t>{32, 16}));
  EXPECT_EQ(given.size(), 5u);
}

TEST_F(ConfigFile, leaves_what_the_command_line_gave) {
  Fields f;
  f.field = 7.0;
  write("field = 1\n");

  read(f, {"field"});

  EXPECT_EQ(f.field, 7.0);
}

TEST_F(ConfigFile, an_empty_file_says_nothing) {
  Fields f;
  write("");

  EXPECT_TRUE(read(f).empty());
}

TEST_F(ConfigFile, names_file_and_line_of_every_fault) {
  const std::vector<std::string> bad{"\nfields = 1\n",  "\nfield = 'x'\n",         "\nfield = = 1\n",
                                     "\nhidden = [1, 0]\n", "\n[table]\nfield = 1\n", "\nfield = [1]\n",
                                     "\nfield = 1979-05-27\n"};
  for (const std::string& text : bad) {
    Fields f;
    write(text);

    try {
      read(f);
      ADD_FAILURE() << text;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find(path_ + ":2"), 0u) << error.what();
    }
  }
}

TEST_F(ConfigFile, a_missing_file_is_named) {
  Fields f;

  EXPECT_THROW(read(f), FileError);
}

}  // namespace
}  // namespace nadir::cli
