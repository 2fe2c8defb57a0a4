#include "nadir/driver/page_landscape.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/driver/internal/json_numbers.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::vector<double>;
using Rows = std::vector<std::size_t>;

constexpr std::size_t most_of_a_plane = 101, most_of_a_line = 2000, most_of_a_trajectory = 600, most_points = 1500;
constexpr int least_digits = 6, most_digits = 17;  // of the spread; of a double

double number(const Json& x) { return x.is_null() ? std::numeric_limits<double>::quiet_NaN() : x.get<double>(); }

Numbers numbers(const Json& list) {
  Numbers all;
  all.reserve(list.size());
  for (const Json& x : list) all.push_back(number(x));
  return all;
}

struct Range {
  double least = std::numeric_limits<double>::infinity(), greatest = -std::numeric_limits<double>::infinity();

  void add(double x) {
    if (!std::isfinite(x)) return;
    least = std::min(least, x);
    greatest = std::max(greatest, x);
  }
};

// Numbers of a narrow range differ in their later digits.
int digits_for(const Range& range) {
  const double size = std::max(std::abs(range.least), std::abs(range.greatest)), spread = range.greatest - range.least;
  if (!(spread > 0)) return most_digits;
  return std::clamp(least_digits + static_cast<int>(std::ceil(std::log10(size / spread))), least_digits, most_digits);
}

double rounded(double x, int digits) {
  if (!std::isfinite(x)) return x;
  char buffer[40];
  *std::to_chars(buffer, buffer + sizeof buffer - 1, x, std::chars_format::scientific, digits - 1).ptr = '\0';
  return std::strtod(buffer, nullptr);
}

// At most about `most` of `size` rows, evenly, and those of `always` with them; ascending.
Rows kept(std::size_t size, std::size_t most, const Rows& always) {
  std::set<std::size_t> rows;
  const std::size_t count = std::min(size, most);
  for (std::size_t k = 0; k < count; ++k) rows.insert(count < 2 ? 0 : k * (size - 1) / (count - 1));
  rows.insert(always.begin(), always.end());
  return {rows.begin(), rows.end()};
}

// The extremes of each of `most` / 2 stretches: what goes up and down between them stays to be seen.
Rows extremes_of_stretches(const Numbers& values, std::size_t most) {
  Rows rows;
  const std::size_t stretches = std::max<std::size_t>(1, most / 2);
  for (std::size_t k = 0; k < stretches; ++k) {
    const std::size_t begin = k * values.size() / stretches, end = (k + 1) * values.size() / stretches;
    std::optional<std::size_t> low, high;
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(values[i])) continue;
      if (!low || values[i] < values[*low]) low = i;
      if (!high || values[i] > values[*high]) high = i;
    }
    if (low) rows.insert(rows.end(), {*low, *high});
  }
  return rows;
}

std::size_t nearest_to(const Numbers& ascending, double x) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < ascending.size(); ++i)
    if (std::abs(ascending[i] - x) < std::abs(ascending[best] - x)) best = i;
  return best;
}

Json picked(const Json& list, const Rows& rows) {
  Json some = Json::array();
  for (const std::size_t i : rows) some.push_back(list.at(i));
  return some;
}

Json rounded_numbers(const Json& list, int digits) {
  Json some = Json::array();
  for (const Json& x : list) some.push_back(json_number(rounded(number(x), digits)));
  return some;
}

// A value and where it stands.
struct Place {
  double value;
  Numbers coordinates;
};

Json place_json(const std::optional<Place>& place) {
  if (!place) return nullptr;
  return {{"value", place->value}, {"coordinates", json_numbers(place->coordinates)}};
}

struct Extremes {
  std::optional<Place> least, greatest;

  void add(double value, const Numbers& coordinates) {
    if (!std::isfinite(value)) return;
    if (!least || value < least->value) least = {value, coordinates};
    if (!greatest || value > greatest->value) greatest = {value, coordinates};
  }
};

// A slice taken apart: its axes, and the values of a layer as rows over the first axis.
struct Slice {
  explicit Slice(Json parsed) : json(std::move(parsed)) {
    for (const Json& axis : json.at("axes")) coordinates.push_back(numbers(axis.at("coordinates")));
    if (coordinates.empty() || coordinates.size() > 2) throw std::out_of_range("one axis or two are expected");
    for (const Json& layer : json.at("layers")) check(layer.at("values"));
    if (json["layers"].empty() || json["layers"][0].at("name") != "value") throw std::out_of_range("the first layer is not the value");
  }

  bool is_plane() const { return coordinates.size() == 2; }
  std::size_t size(std::size_t axis) const { return coordinates[axis].size(); }

  void check(const Json& values) const {
    const auto has = [](const Json& list, std::size_t size) { return list.is_array() && list.size() == size; };
    bool fits = has(values, size(0));
    for (std::size_t i = 0; fits && is_plane() && i < values.size(); ++i) fits = has(values[i], size(1));
    if (!fits) throw std::out_of_range("a layer has not as many values as its axes have coordinates");
  }

  Json json;
  std::vector<Numbers> coordinates;
};

Extremes extremes_of(const Slice& slice) {
  Extremes found;
  if (slice.json.at("adaptive").is_object()) {
    for (const Json& point : slice.json["adaptive"].at("points")) {
      Numbers row = numbers(point);
      if (row.size() != slice.coordinates.size() + 1) throw std::out_of_range("an adaptive point is not its coordinates and a value");
      const double value = row.back();
      row.pop_back();
      found.add(value, row);
    }
    return found;
  }
  const Json& values = slice.json["layers"][0]["values"];
  for (std::size_t i = 0; i < slice.size(0); ++i) {
    if (!slice.is_plane()) found.add(number(values[i]), {slice.coordinates[0][i]});
    for (std::size_t j = 0; slice.is_plane() && j < slice.size(1); ++j)
      found.add(number(values[i][j]), {slice.coordinates[0][i], slice.coordinates[1][j]});
  }
  return found;
}

std::vector<Rows> kept_places(const Slice& slice, const Extremes& extremes) {
  std::vector<Rows> places;
  for (std::size_t axis = 0; axis < slice.coordinates.size(); ++axis) {
    const Numbers& ascending = slice.coordinates[axis];
    if (ascending.empty()) {
      places.emplace_back();
      continue;
    }
    Rows always{nearest_to(ascending, 0.0), ascending.size() - 1};
    for (const auto& place : {extremes.least, extremes.greatest})
      if (place) always.push_back(nearest_to(ascending, place->coordinates[axis]));
    const std::size_t most = slice.is_plane() ? most_of_a_plane : most_of_a_line;
    if (!slice.is_plane() && ascending.size() > most)
      for (const std::size_t i : extremes_of_stretches(numbers(slice.json["layers"][0]["values"]), most / 2)) always.push_back(i);
    places.push_back(kept(ascending.size(), slice.is_plane() || ascending.size() <= most ? most : most / 2, always));
  }
  return places;
}

// Thins and rounds a layer's values, and says with how many digits.
int thin_layer(Json& values, const std::vector<Rows>& places) {
  Json some = picked(values, places[0]);
  Range range;
  if (places.size() == 2)
    for (Json& row : some) row = picked(row, places[1]);
  for (const Json& row : some) {
    if (places.size() == 1) range.add(number(row));
    else for (const Json& x : row) range.add(number(x));
  }
  const int digits = digits_for(range);
  if (places.size() == 1) some = rounded_numbers(some, digits);
  else for (Json& row : some) row = rounded_numbers(row, digits);
  values = std::move(some);
  return digits;
}

Json thin_slice(Slice slice) {
  const Extremes extremes = extremes_of(slice);
  const std::vector<Rows> places = kept_places(slice, extremes);
  Json& json = slice.json;
  Json page{{"places", Json::array()}, {"digits", most_digits}, {"trajectory", 0}, {"points", nullptr}};
  for (std::size_t axis = 0; axis < places.size(); ++axis) {
    page["places"].push_back(slice.size(axis));
    Json& coordinates = json["axes"][axis]["coordinates"];
    coordinates = picked(coordinates, places[axis]);
  }
  for (Json& layer : json["layers"]) page["digits"] = std::min(page["digits"].get<int>(), thin_layer(layer["values"], places));
  Json& trajectory = json.at("trajectory");
  if (trajectory.is_array()) {
    page["trajectory"] = trajectory.size();
    trajectory = picked(trajectory, kept(trajectory.size(), most_of_a_trajectory, {}));
  }
  if (json["adaptive"].is_object()) {
    page["points"] = json["adaptive"]["points"].size();
    if (json["adaptive"]["points"].size() > most_points) json["adaptive"]["points"] = Json::array();
  }
  page["least"] = place_json(extremes.least);
  page["greatest"] = place_json(extremes.greatest);
  json["page"] = std::move(page);
  return json;
}

void thin_curve(Json& curve) {
  const Numbers values = numbers(curve.at("values")), t = numbers(curve.at("t"));
  if (values.size() != t.size()) throw std::out_of_range("a curve has not as many values as places");
  if (values.size() <= most_of_a_line) return;
  const Rows rows = kept(values.size(), most_of_a_line / 2, extremes_of_stretches(values, most_of_a_line / 2));
  curve["t"] = picked(curve["t"], rows);
  curve["values"] = picked(curve["values"], rows);
}

// The parsed file, changed by `thin`; "null" where it is of another schema.
template <class Thin>
std::string page_object(const std::string& text, const std::string& place, const char* schema, Thin thin) {
  try {
    Json json = Json::parse(text);
    if (!json.is_object() || json.value("schema", "") != schema) return "null";
    return thin(std::move(json)).dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception& error) {
    throw InputError(place, std::string("an object of schema ") + schema, error.what());
  } catch (const std::out_of_range& error) {
    throw InputError(place, std::string("an object of schema ") + schema, error.what());
  }
}

}  // namespace

std::string page_slice(const std::string& text, const std::string& place) {
  return page_object(text, place, "nadir.slice/1", [](Json json) { return thin_slice(Slice(std::move(json))); });
}

std::string page_path(const std::string& text, const std::string& place) {
  return page_object(text, place, "nadir.path/1", [](Json json) {
    for (Json& curve : json.at("curves")) thin_curve(curve);
    return json;
  });
}

}  // namespace nadir
