#include "nadir/io/internal/json.hpp"

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

constexpr int max_depth = 32;

std::string found(const Json& json) {
  std::string text = json.is_structured() ? std::string(json.type_name())
                                          : json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

// nlohmann's words without its bracketed error number.
std::string complaint(const Json::exception& error) {
  const std::string words = error.what();
  const auto bracket = words.find("] ");
  return bracket == std::string::npos ? words : words.substr(bracket + 2);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& place) {
  const auto limit_depth = [&place](int depth, Json::parse_event_t, Json&) {
    if (depth > max_depth) throw InputError(place, "JSON nested at most 32 deep", "deeper nesting");
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), limit_depth);
  } catch (const Json::exception& error) {
    throw InputError(place, "JSON", complaint(error));
  }
}

std::string json_text(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json json_number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

std::string text_of(const Json& json, const std::string& place) {
  if (!json.is_string()) throw InputError(place, "a string", found(json));
  return json.get<std::string>();
}

double number_of(const Json& json, const std::string& place, double null_value) {
  if (json.is_null()) return null_value;
  if (!json.is_number()) throw InputError(place, "a number or null", found(json));
  return json.get<double>();
}

std::int64_t integer_of(const Json& json, const std::string& place) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool is_small = !json.is_number_unsigned() || json.get<std::uint64_t>() <= most;
  if (!json.is_number_integer() || !is_small) throw InputError(place, "an integer", found(json));
  return json.get<std::int64_t>();
}

const Json& array_of(const Json& json, const std::string& place) {
  if (!json.is_array()) throw InputError(place, "a list", found(json));
  return json;
}

Vector vector_of(const Json& json, const std::string& place, double null_value) {
  Vector values;
  for (const Json& x : array_of(json, place)) values.push_back(number_of(x, place, null_value));
  return values;
}

JsonObject::JsonObject(const Json& json, std::string place) : json_(&json), place_(std::move(place)) {
  if (!json.is_object()) throw InputError(place_, "an object", found(json));
}

const Json& JsonObject::value(const std::string& key) const {
  const auto it = json_->find(key);
  if (it == json_->end()) throw InputError(place_, "the key '" + key + "'", "none");
  return *it;
}

std::string JsonObject::text(const std::string& key) const { return text_of(value(key), place_of(key)); }

double JsonObject::number(const std::string& key, double null_value) const {
  return number_of(value(key), place_of(key), null_value);
}

std::int64_t JsonObject::integer(const std::string& key) const { return integer_of(value(key), place_of(key)); }

JsonObject JsonObject::object(const std::string& key) const { return {value(key), place_of(key)}; }

const Json& JsonObject::array(const std::string& key) const { return array_of(value(key), place_of(key)); }

}  // namespace nadir::internal
