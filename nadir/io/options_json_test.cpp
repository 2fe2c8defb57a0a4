// Option values as JSON: what is written reads back, and everything else is refused.
#include "nadir/io/options_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

struct Options {
  DataMatrix x;
  DataBlocks entries;
  bool residual = false;
  std::int64_t width = 3;
  double lambda = 0.1;
  std::string loss = "squared";
  std::vector<std::int64_t> hidden = {4, 2};
  std::vector<double> weight_decay;

  OptionList rows() {
    return {option("x", x, ""),
            option("entries", entries, ""),
            option("residual", residual, ""),
            option("width", width, "").at_least(1),
            option("lambda", lambda, "").above(0),
            option("loss", loss, "").one_of({"squared", "absolute"}),
            option("hidden", hidden, "").at_least(1),
            option("weight-decay", weight_decay, "")};
  }
};

TEST(OptionsJson, writes_every_option_by_its_name) {
  Options o;
  o.x.path = "data/x.npy";
  o.weight_decay = {0.25};

  const auto json = nlohmann::json::parse(options_to_json(o.rows()));

  EXPECT_EQ(json, nlohmann::json::parse(R"({"x": "data/x.npy", "entries": "", "residual": false, "width": 3, "lambda": 0.1,
                                            "loss": "squared", "hidden": [4, 2], "weight-decay": [0.25]})"));
  EXPECT_FALSE(nlohmann::json::parse(options_to_json(o.rows(), DataOptions::left_out)).contains("x"));
}

TEST(OptionsJson, reads_back_what_was_written) {
  Options written;
  written.x.path = "x.npy";
  written.entries.path = "e.npz";
  written.residual = true;
  written.width = 9007199254740993;  // not a double
  written.lambda = 0.30000000000000004;
  written.loss = "absolute";
  written.hidden = {};
  written.weight_decay = {1e-300, 2.0};
  const std::string text = options_to_json(written.rows());

  Options read;
  options_from_json(text, read.rows(), "certificate.json: problem");

  EXPECT_EQ(options_to_json(read.rows()), text);
  EXPECT_EQ(read.width, 9007199254740993);
}

TEST(OptionsJson, keeps_what_is_not_named_and_takes_underscores_for_hyphens) {
  Options o;

  options_from_json(R"({"weight_decay": [1, 2.5]})", o.rows(), "config");

  EXPECT_EQ(o.weight_decay, (std::vector<double>{1.0, 2.5}));
  EXPECT_EQ(o.hidden, (std::vector<std::int64_t>{4, 2}));
}

TEST(OptionsJson, refuses_unknown_keys_wrong_types_and_values_out_of_range) {
  for (const char* text :
       {R"({"hiden": []})", R"({"width": 1.5})", R"({"width": "3"})", R"({"width": 0})", R"({"lambda": 0})",
        R"({"lambda": null})", R"({"lambda": []})", R"({"loss": "cubic"})", R"({"hidden": 3})", R"({"hidden": [0]})",
        R"({"hidden": [1.0]})", R"({"weight-decay": [null]})", R"({"residual": 1})", R"({"x": 1})", "[]", "", "{"}) {
    Options o;
    EXPECT_THROW(options_from_json(text, o.rows(), "place"), InputError) << text;
  }
}

TEST(OptionsJson, names_the_nearest_option_for_a_misspelt_key) {
  Options o;

  try {
    options_from_json(R"({"hiden": [3]})", o.rows(), "run.json");
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "run.json: expected an option such as 'hidden', found 'hiden'");
  }
  EXPECT_THROW(options_from_json("{\"" + std::string(10000, 'h') + "\": 1}", o.rows(), "run.json"), InputError);
}

}  // namespace
}  // namespace nadir
