// Options from text; the oracle is what the text says to a person.
#include "nadir/driver/option_values.hpp"

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"

namespace nadir {
namespace {

struct Fields {
  bool flag = false;
  std::int64_t integer = 7;
  double real = 0.5;
  std::string word = "a";
  std::vector<std::int64_t> widths;
  std::vector<double> weights;
  DataMatrix data;

  OptionList rows() {
    return {option("some-flag", flag, ""),
            option("integer", integer, "").at_least(1).at_most(100),
            option("real", real, "").above(0),
            option("word", word, "").one_of({"a", "b"}),
            option("widths", widths, "").at_least(1),
            option("weights", weights, "").at_least(0),
            option("data", data, "").required()};
  }
  void set(const std::string& name, const std::string& text) {
    const OptionList list = rows();
    assign(*find_option(list, name), text, "--" + name);
  }
};

TEST(OptionValues, reads_each_kind_of_field) {
  Fields f;

  f.set("some_flag", "true");
  f.set("integer", "+42");
  f.set("real", "1e-3");
  f.set("word", "b");
  f.set("widths", "32, 16");
  f.set("weights", "0.5");
  f.set("data", "x.npy");

  EXPECT_TRUE(f.flag);
  EXPECT_EQ(f.integer, 42);
  EXPECT_EQ(f.real, 1e-3);
  EXPECT_EQ(f.word, "b");
  EXPECT_EQ(f.widths, (std::vector<std::int64_t>{32, 16}));
  EXPECT_EQ(f.weights, std::vector<double>{0.5});
  EXPECT_EQ(f.data.path, "x.npy");
}

TEST(OptionValues, an_empty_list_is_no_entries) {
  Fields f;
  f.widths = {3};

  f.set("widths", " ");

  EXPECT_TRUE(f.widths.empty());
}

TEST(OptionValues, refuses_what_is_not_a_value_and_keeps_the_field) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"some-flag", "yes"}, {"integer", "3.5"},   {"integer", "0"},     {"integer", "101"}, {"integer", "1e2"},
      {"integer", ""},      {"integer", "+-3"},   {"real", "nan"},      {"real", "inf"},    {"real", "1e999"},
      {"real", "0"},        {"real", "0x10"},     {"real", "1.0abc"},   {"word", "c"},      {"widths", "3,"},
      {"widths", ",3"},     {"widths", "3,,4"},   {"widths", "3,0"},    {"weights", "-1"},  {"weights", "1;2"},
      {"data", ""},         {"integer", "99999999999999999999"}};
  for (const auto& [name, text] : bad) {
    Fields f;

    EXPECT_THROW(f.set(name, text), InputError) << name << " " << text;

    EXPECT_EQ(f.integer, 7);
    EXPECT_EQ(f.real, 0.5);
    EXPECT_EQ(f.word, "a");
    EXPECT_TRUE(f.widths.empty() && f.weights.empty() && f.data.path.empty());
  }
}

TEST(OptionValues, names_the_place_in_messages) {
  Fields f;
  const OptionList list = f.rows();

  try {
    assign(*find_option(list, "integer"), "500", "config.toml:3: integer");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "config.toml:3: integer: expected at least 1 and at most 100, found 500");
  }
}

TEST(OptionValues, a_required_row_without_a_value_is_named) {
  Fields f;

  EXPECT_THROW(require_given(f.rows()), InputError);

  f.data.path = "x.npy";
  EXPECT_NO_THROW(require_given(f.rows()));
}

TEST(NearestName, finds_one_slip_and_offers_nothing_far_away) {
  const std::vector<std::string> names{"hidden", "residual", "x", "y", "starts", "start"};

  EXPECT_EQ(nearest_name("hiden", names), "hidden");
  EXPECT_EQ(nearest_name("hiddne", names), "hidden");
  EXPECT_EQ(nearest_name("start", names), "start");
  EXPECT_EQ(nearest_name("residuals", names), "residual");
  EXPECT_EQ(nearest_name("momentum", names), "");
  EXPECT_EQ(nearest_name("z", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

}  // namespace
}  // namespace nadir
