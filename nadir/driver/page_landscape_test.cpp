// What the page keeps of slices and paths. The oracles are functions whose values, extremes and places are known by formula.
#include "nadir/driver/page_landscape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

Json axis(int size) {
  Json coordinates = Json::array();
  for (int i = 0; i < size; ++i) coordinates.push_back(-1.0 + 2.0 * i / (size - 1));
  return {{"kind", "random"}, {"label", "a"}, {"normalisation", "filter"}, {"length", 2.0}, {"eigenvalue", nullptr}, {"explained", nullptr}, {"coordinates", coordinates}};
}

// Of a number that names the cell, so that exchanged axes and shifted rows show.
template <class Value>
Json plane(int rows, int columns, Value value) {
  Json values = Json::array();
  for (int i = 0; i < rows; ++i) {
    values.push_back(Json::array());
    for (int j = 0; j < columns; ++j) values.back().push_back(value(i, j));
  }
  return {{"schema", "nadir.slice/1"}, {"axes", {axis(rows), axis(columns)}}, {"layers", {{{"name", "value"}, {"label", "value"}, {"values", values}}}},
          {"marks", Json::array()}, {"trajectory", nullptr}, {"adaptive", nullptr}};
}

Json line(int size, double (*value)(int)) {
  Json values = Json::array();
  for (int i = 0; i < size; ++i) values.push_back(value(i));
  return {{"schema", "nadir.slice/1"}, {"axes", {axis(size)}}, {"layers", {{{"name", "value"}, {"label", "value"}, {"values", values}}}},
          {"marks", Json::array()}, {"trajectory", nullptr}, {"adaptive", nullptr}};
}

Json paged(const Json& slice) { return Json::parse(page_slice(slice.dump(), "slice.json")); }

TEST(PageSlice, a_small_slice_stays_as_it_is) {
  const Json before = plane(3, 5, [](int i, int j) { return 10.0 * i + j; });

  const Json after = paged(before);

  EXPECT_EQ(after["axes"], before["axes"]);
  EXPECT_EQ(after["layers"], before["layers"]);
  EXPECT_EQ(after["page"]["places"], Json({3, 5}));
  EXPECT_EQ(after["page"]["least"], Json({{"value", 0.0}, {"coordinates", {-1.0, -1.0}}}));
  EXPECT_EQ(after["page"]["greatest"], Json({{"value", 24.0}, {"coordinates", {1.0, 1.0}}}));
}

TEST(PageSlice, a_thinned_plane_keeps_values_with_their_places_and_ends_centre_and_extremes) {
  constexpr int rows = 301, columns = 240, dip_row = 77, dip_column = 201;
  const auto value = [](int i, int j) { return i == dip_row && j == dip_column ? -5.0 : 1000.0 * i + j; };

  const Json after = paged(plane(rows, columns, value));

  const Json &across = after["axes"][0]["coordinates"], &up = after["axes"][1]["coordinates"], &values = after["layers"][0]["values"];
  ASSERT_LE(across.size(), 105u);
  ASSERT_LE(up.size(), 105u);
  ASSERT_EQ(values.size(), across.size());
  bool has_dip = false;
  for (std::size_t a = 0; a < across.size(); ++a) {
    ASSERT_EQ(values[a].size(), up.size());
    for (std::size_t b = 0; b < up.size(); ++b) {
      const int i = static_cast<int>(std::lround((across[a].get<double>() + 1) * (rows - 1) / 2));
      const int j = static_cast<int>(std::lround((up[b].get<double>() + 1) * (columns - 1) / 2));
      ASSERT_NEAR(values[a][b].get<double>(), value(i, j), 1e-5 * 3e5);
      has_dip = has_dip || values[a][b] == -5.0;
    }
  }
  EXPECT_TRUE(has_dip);
  EXPECT_EQ(across.front(), -1.0);
  EXPECT_EQ(across.back(), 1.0);
  EXPECT_NE(std::find(across.begin(), across.end(), Json(0.0)), across.end());
  EXPECT_EQ(after["page"]["places"], Json({rows, columns}));
}

TEST(PageSlice, a_thinned_line_keeps_narrow_spikes) {
  const Json after = paged(line(100'000, [](int i) { return i == 34'567 ? 50.0 : i == 80'001 ? -50.0 : std::sin(i * 1e-3); }));

  const Json& values = after["layers"][0]["values"];
  EXPECT_LE(values.size(), 2100u);
  EXPECT_NE(std::find(values.begin(), values.end(), Json(50.0)), values.end());
  EXPECT_NE(std::find(values.begin(), values.end(), Json(-50.0)), values.end());
}

TEST(PageSlice, values_that_differ_in_late_digits_still_differ) {
  const Json after = paged(plane(2, 2, [](int i, int j) { return 1.0 + 1e-9 * i + 3e-9 * j; }));

  const Json& values = after["layers"][0]["values"];
  EXPECT_NEAR(values[1][0].get<double>() - values[0][0].get<double>(), 1e-9, 1e-13);
  EXPECT_NEAR(values[0][1].get<double>() - values[0][0].get<double>(), 3e-9, 1e-13);
}

// Six digits of the spread of 4/3 are seven of numbers of that size.
TEST(PageSlice, long_numbers_are_shortened_to_what_a_picture_shows) {
  const Json after = paged(plane(2, 2, [](int i, int j) { return (1 + i + 2 * j) / 3.0; }));

  EXPECT_EQ(after["layers"][0]["values"], Json::parse("[[0.3333333, 1.0], [0.6666667, 1.333333]]"));
  EXPECT_EQ(after["page"]["least"]["value"], 1.0 / 3.0);
}

TEST(PageSlice, nulls_stay_and_are_no_extremes) {
  Json slice = plane(2, 2, [](int i, int j) { return 1.0 + i + j; });
  slice["layers"][0]["values"][0][0] = nullptr;
  Json empty = slice;
  empty["layers"][0]["values"] = Json::parse("[[null, null], [null, null]]");

  EXPECT_TRUE(paged(slice)["layers"][0]["values"][0][0].is_null());
  EXPECT_EQ(paged(slice)["page"]["least"]["value"], 2.0);
  EXPECT_TRUE(paged(empty)["page"]["least"].is_null());
  EXPECT_TRUE(paged(empty)["page"]["greatest"].is_null());
}

TEST(PageSlice, the_extremes_of_an_adaptive_slice_are_those_of_the_points_that_were_evaluated) {
  Json slice = plane(2, 2, [](int, int) { return -7.0; });
  slice["adaptive"] = {{"tolerance", 0.01}, {"error", 0.006}, {"points", {{0.0, 0.0, 3.0}, {0.5, -1.0, 2.0}}}};

  const Json after = paged(slice);

  EXPECT_EQ(after["page"]["least"], Json({{"value", 2.0}, {"coordinates", {0.5, -1.0}}}));
  EXPECT_EQ(after["page"]["points"], 2);
}

TEST(PageSlice, a_long_trajectory_keeps_its_ends) {
  Json slice = plane(2, 2, [](int i, int j) { return 1.0 * i + j; });
  slice["trajectory"] = Json::array();
  for (int k = 0; k < 20'000; ++k) slice["trajectory"].push_back({{"iteration", k}, {"coordinates", {0.1, 0.2}}, {"value", 1.0}, {"distance", 0.0}});

  const Json after = paged(slice);

  EXPECT_EQ(after["trajectory"].size(), 600u);
  EXPECT_EQ(after["trajectory"].front()["iteration"], 0);
  EXPECT_EQ(after["trajectory"].back()["iteration"], 19'999);
  EXPECT_EQ(after["page"]["trajectory"], 20'000);
}

TEST(PageSlice, empty_axes_one_place_and_an_empty_trajectory_are_no_trouble) {
  Json slice = line(2, [](int i) { return 1.0 * i; });
  slice["axes"][0]["coordinates"] = Json::array();
  slice["layers"][0]["values"] = Json::array();
  slice["trajectory"] = Json::array();
  EXPECT_EQ(paged(slice)["layers"][0]["values"], Json::array());
  slice["axes"][0]["coordinates"] = {0.0};
  slice["layers"][0]["values"] = {4.0};
  EXPECT_EQ(paged(slice)["page"]["least"]["value"], 4.0);
}

TEST(PageSlice, what_is_not_a_slice_is_named) {
  const Json good = plane(2, 3, [](int i, int j) { return 1.0 * i + j; });
  Json exchanged = good, text = good, lacks = good, other = good;
  std::swap(exchanged["axes"][0], exchanged["axes"][1]);
  text["layers"][0]["values"][0][0] = "1";
  lacks.erase("layers");
  other["schema"] = "nadir.slice/2";

  for (const Json& bad : {exchanged, text, lacks}) EXPECT_THROW(page_slice(bad.dump(), "slice.json"), InputError);
  EXPECT_THROW(page_slice("{", "slice.json"), InputError);
  EXPECT_EQ(page_slice(other.dump(), "slice.json"), "null");
  EXPECT_EQ(page_slice("[]", "slice.json"), "null");
}

TEST(PagePath, a_long_curve_keeps_its_ends_and_its_barrier) {
  Json t = Json::array(), values = Json::array();
  for (int i = 0; i <= 50'000; ++i) {
    t.push_back(i / 50'000.0);
    values.push_back(i == 12'345 ? 9.0 : 1.0);
  }
  const Json path{{"schema", "nadir.path/1"}, {"curves", {{{"name", "straight"}, {"t", t}, {"values", values}}}}};

  const Json after = Json::parse(page_path(path.dump(), "path.json"));

  const Json& curve = after["curves"][0];
  EXPECT_LE(curve["t"].size(), 2100u);
  EXPECT_EQ(curve["t"].size(), curve["values"].size());
  EXPECT_EQ(curve["t"].front(), 0.0);
  EXPECT_EQ(curve["t"].back(), 1.0);
  const auto top = std::find(curve["values"].begin(), curve["values"].end(), Json(9.0));
  ASSERT_NE(top, curve["values"].end());
  EXPECT_EQ(curve["t"][static_cast<std::size_t>(top - curve["values"].begin())], 12'345 / 50'000.0);
}

TEST(PagePath, curves_with_unequal_lists_are_refused) {
  EXPECT_THROW(page_path(R"({"schema": "nadir.path/1", "curves": [{"t": [0, 1], "values": [1]}]})", "path.json"), InputError);
  EXPECT_THROW(page_path(R"({"schema": "nadir.path/1"})", "path.json"), InputError);
}

}  // namespace
}  // namespace nadir
