// The verdict object against the schema in docs/formats/verdict.md, and against itself read back.
#include "nadir/io/verdict_json.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using nlohmann::json;

Verdict full_verdict() {
  Verdict v;
  v.family = "linear-network";
  v.headline = Headline::strict_saddle;
  v.rigor = Rigor::proved;
  v.value = 0.1;
  v.lower_bound = 5e-324;
  v.gap = 0.30000000000000004;
  v.gap_scale = 2.0;
  v.tolerance = 1e-6;
  v.gradient_norm = 1e-12;
  v.gradient_scale = 3.0;
  v.criticality_tolerance = 1e-8;
  v.curvature = Curvature{-1.0, 1, 3, 4, Rigor::proved};
  v.evidence = {{"a claim with \"quotes\"", "[Kawaguchi2016, Thm 2.3]", Standing::holds, Rigor::proved, {{"z", 1.0}, {"a", -0.0}}},
                {"another", "", Standing::refuted, Rigor::probable, {}}};
  v.escape = Escape{Escape::Kind::negative_curvature, 0.03, {1.0, 2.0}};
  v.details = {{"real", 3.0}, {"whole", std::int64_t{7}}, {"word", std::string("s")}, {"list", Vector{1.0, 0.5}}};
  return v;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(VerdictJson, has_every_key_of_the_contract_in_its_order) {
  const auto object = nlohmann::ordered_json::parse(verdict_to_json(full_verdict(), {{"judge", 0.02}}));

  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  EXPECT_THAT(keys, testing::ElementsAre("schema", "family", "verdict", "rigor", "value", "lower_bound", "gap",
                                         "relative_gap", "gap_scale", "tolerance", "gradient_norm", "gradient_scale",
                                         "criticality_tolerance", "curvature", "evidence", "escape", "seconds", "details"));
  EXPECT_EQ(object["schema"], "nadir.verdict/1");
  EXPECT_EQ(object["verdict"], "strict-saddle");
  EXPECT_EQ(object["rigor"], "proved");
  EXPECT_EQ(object["relative_gap"], 0.15000000000000002);
  EXPECT_EQ(object["curvature"], nlohmann::ordered_json::parse(R"({"min_eigenvalue": -1.0, "negative": 1, "zero": 3, "positive": 4, "rigor": "proved"})"));
  EXPECT_EQ(object["escape"], nlohmann::ordered_json::parse(R"({"kind": "negative-curvature", "decrease": 0.03, "array": "escape"})"));
  EXPECT_EQ(object["evidence"][0]["standing"], "holds");
  EXPECT_EQ(object["evidence"][0]["numbers"]["z"], 1.0);
  EXPECT_EQ(object["seconds"]["judge"], 0.02);
}

TEST(VerdictJson, reads_back_what_was_written_bit_for_bit) {
  const std::string text = verdict_to_json(full_verdict(), {{"load", 0.01}, {"solve", 0.4}});

  const StoredVerdict stored = verdict_from_json(text, "verdict.json");

  EXPECT_EQ(stored.verdict.lower_bound, 5e-324);
  EXPECT_EQ(stored.verdict.gap, 0.30000000000000004);
  ASSERT_EQ(stored.verdict.evidence.size(), 2u);
  EXPECT_EQ(stored.verdict.evidence[0].numbers, full_verdict().evidence[0].numbers);
  EXPECT_TRUE(std::signbit(stored.verdict.evidence[0].numbers[1].second));
  EXPECT_EQ(stored.verdict.details.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<double>(stored.verdict.details[0].value));
  EXPECT_EQ(std::get<std::int64_t>(stored.verdict.details[1].value), 7);
  EXPECT_TRUE(stored.verdict.escape->displacement.empty());
  EXPECT_EQ(verdict_to_json(stored.verdict, stored.seconds), text);
}

TEST(VerdictJson, writes_null_for_what_is_not_finite_and_reads_it_as_not_known) {
  Verdict v;
  v.curvature = Curvature{};
  v.evidence = {{"c", "t", Standing::undecided, Rigor::numerical, {{"x", std::numeric_limits<double>::infinity()}}}};
  v.details = {{"x", std::numeric_limits<double>::quiet_NaN()}, {"v", Vector{1.0, -std::numeric_limits<double>::infinity()}}};

  const std::string text = verdict_to_json(v, {});
  const Verdict back = verdict_from_json(text, "v").verdict;

  const json object = json::parse(text);
  for (const char* key : {"value", "lower_bound", "gap", "relative_gap", "gradient_norm", "escape"})
    EXPECT_TRUE(object[key].is_null()) << key;
  EXPECT_TRUE(object["curvature"]["min_eigenvalue"].is_null());
  EXPECT_EQ(back.lower_bound, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(back.gap, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(back.value));
  EXPECT_TRUE(std::isnan(back.evidence[0].numbers[0].second));
  EXPECT_TRUE(std::isnan(std::get<Vector>(back.details[1].value)[1]));
}

TEST(VerdictJson, survives_text_that_is_not_utf8) {
  Verdict v;
  v.family = "caf\xe9";

  EXPECT_EQ(verdict_from_json(verdict_to_json(v, {}), "v").verdict.family, "caf\xef\xbf\xbd");
}

TEST(VerdictJson, merges_details_that_only_json_can_say) {
  Verdict v;
  v.details = {{"width", std::int64_t{3}}};

  const std::string text = verdict_to_json(v, {}, R"({"ends": [{"value": 0.5, "count": 2}]})");
  const Verdict back = verdict_from_json(text, "v").verdict;

  EXPECT_EQ(json::parse(text)["details"], json::parse(R"({"width": 3, "ends": [{"value": 0.5, "count": 2}]})"));
  EXPECT_EQ(std::get<std::string>(back.details[1].value), R"([{"value":0.5,"count":2}])");
  EXPECT_THROW(verdict_to_json(v, {}, "[1]"), InputError);
}

TEST(VerdictJson, refuses_every_malformed_object_with_its_place) {
  const std::string good = verdict_to_json(full_verdict(), {{"judge", 0.5}});
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"nadir.verdict/1", "nadir.verdict/2"}, {"\"strict-saddle\"", "\"saddle\""}, {"\"rigor\": \"proved\"", "\"rigor\": \"sure\""},
      {"\"value\"", "\"valeu\""},             {"\"value\": 0.1", "\"value\": \"0.1\""}, {"\"holds\"", "\"held\""},
      {"\"negative\": 1", "\"negative\": 1.5"}, {"\"negative\": 1", "\"negative\": 18446744073709551615"},
      {"\"negative-curvature\"", "\"downhill\""}, {"\"numbers\": {", "\"numbers\": [{"}, {"\"z\": 1.0", "\"z\": true"},
      {"\"gap\": 0.30000000000000004", "\"gap\": 1e999"}, {"\"judge\": 0.5", "\"judge\": []"}};

  for (const auto& [from, to] : changes) {
    EXPECT_THROW(verdict_from_json(replaced(good, from, to), "v.json"), InputError) << from << " -> " << to;
  }
  for (const std::string& text : {std::string("[]"), std::string(""), std::string("{}"), good.substr(0, good.size() / 2)})
    EXPECT_THROW(verdict_from_json(text, "v.json"), InputError) << text;
  EXPECT_THROW(verdict_from_json(std::string(100000, '['), "v.json"), InputError);
}

TEST(VerdictJson, names_the_file_and_the_key_in_its_complaint) {
  const std::string text = replaced(verdict_to_json(full_verdict(), {}), "\"holds\"", "\"held\"");

  try {
    verdict_from_json(text, "run/verdict.json");
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "run/verdict.json: evidence[0]: standing: expected one of undecided, holds, refuted, found 'held'");
  }
}

}  // namespace
}  // namespace nadir
