#include "nadir/io/options_json.hpp"

#include <algorithm>
#include <concepts>
#include <numeric>
#include <type_traits>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/json.hpp"

namespace nadir {
namespace {

using internal::Json;
using internal::json_number;

template <class T>
constexpr bool is_data = std::derived_from<T, DataFile>;

template <class Field>
using FieldType = std::remove_cvref_t<std::remove_pointer_t<Field>>;

Json value_to_json(const OptionRow& row) {
  return std::visit(
      [](const auto* field) -> Json {
        using T = FieldType<decltype(field)>;
        if constexpr (is_data<T>) return field->path;
        else if constexpr (std::is_same_v<T, double>) return json_number(*field);
        else if constexpr (std::is_same_v<T, std::vector<double>>) {
          Json list = Json::array();
          for (const double x : *field) list.push_back(json_number(x));
          return list;
        } else return *field;
      },
      row.target);
}

bool read_bool(const Json& json, const std::string& place) {
  if (!json.is_boolean()) throw InputError(place, "true or false", json.dump());
  return json.get<bool>();
}

double read_number(const Json& json, const std::string& place) {
  if (!json.is_number()) throw InputError(place, "a number", json.is_structured() ? json.type_name() : json.dump());
  return json.get<double>();
}

void read_value(const Json& json, const OptionRow& row, const std::string& place) {
  std::visit(
      [&](auto* field) {
        using T = FieldType<decltype(field)>;
        if constexpr (is_data<T>) field->path = internal::text_of(json, place);
        else if constexpr (std::is_same_v<T, bool>) *field = read_bool(json, place);
        else if constexpr (std::is_same_v<T, std::int64_t>) *field = internal::integer_of(json, place);
        else if constexpr (std::is_same_v<T, double>) *field = read_number(json, place);
        else if constexpr (std::is_same_v<T, std::string>) *field = internal::text_of(json, place);
        else {
          field->clear();
          for (const Json& x : internal::array_of(json, place)) {
            if constexpr (std::is_same_v<T, std::vector<double>>) field->push_back(read_number(x, place));
            else field->push_back(internal::integer_of(x, place));
          }
        }
      },
      row.target);
  require_in_range(row);
}

// Levenshtein's distance [Levenshtein1966]: how many characters must be changed, added or dropped.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> previous(b.size() + 1), current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    current[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j)
      current[j + 1] = std::min({previous[j] + (a[i] != b[j] ? 1u : 0u), previous[j + 1] + 1, current[j] + 1});
    std::swap(previous, current);
  }
  return previous.back();
}

[[noreturn]] void throw_unknown(const std::string& key, const OptionList& options, const std::string& place) {
  constexpr std::size_t longest = 100;  // a longer key resembles no option
  std::string nearest = "one of the family's options";
  std::size_t least = longest;
  for (const OptionRow& row : options) {
    const std::size_t distance = key.size() < longest ? edit_distance(key, row.name) : longest;
    if (distance < least) {
      least = distance;
      nearest = "an option such as '" + row.name + "'";
    }
  }
  throw InputError(place, nearest, "'" + key.substr(0, longest) + "'");
}

}  // namespace

std::string options_to_json(const OptionList& options, DataOptions data) {
  Json object = Json::object();
  for (const OptionRow& row : options) {
    if (!data_file(row) || data == DataOptions::included) object[row.name] = value_to_json(row);
  }
  return internal::json_text(object);
}

void options_from_json(std::string_view text, const OptionList& options, const std::string& place) {
  const Json json = internal::parse_json(text, place);
  for (const auto& [key, value] : internal::JsonObject(json, place).json().items()) {
    std::string wanted = key;
    std::replace(wanted.begin(), wanted.end(), '_', '-');
    const auto row = std::find_if(options.begin(), options.end(), [&](const OptionRow& r) { return r.name == wanted; });
    if (row == options.end()) throw_unknown(key, options, place);
    read_value(value, *row, place + ": " + key);
  }
}

}  // namespace nadir
