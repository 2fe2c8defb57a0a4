// Reading and writing JSON strictly: every complaint is an InputError that names the file and the key.
//
// Included by .cpp files of io and verify only: nlohmann/json is slow to compile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

using Json = nlohmann::ordered_json;  // keys keep the order in which they are written

// `place` is the file's name, for messages. Nesting deeper than 32 is refused, so that a hostile file
// cannot exhaust the stack.
Json parse_json(std::string_view text, const std::string& place);
// Two-space indentation and a final newline; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const Json& json);
// JSON has no NaN and no infinity: null.
Json json_number(double x);

// An object whose members are asked for by key, with errors that name the path to it ("f.json: claims[3]").
class JsonObject {
 public:
  JsonObject(const Json& json, std::string place);

  bool has(const std::string& key) const { return json_->contains(key); }
  bool is_null(const std::string& key) const { return value(key).is_null(); }
  const Json& value(const std::string& key) const;
  std::string text(const std::string& key) const;
  // null stands for `null_value`.
  double number(const std::string& key, double null_value) const;
  std::int64_t integer(const std::string& key) const;
  JsonObject object(const std::string& key) const;
  const Json& array(const std::string& key) const;

  std::string place_of(const std::string& key) const { return place_ + ": " + key; }
  const std::string& place() const { return place_; }
  const Json& json() const { return *json_; }

 private:
  const Json* json_;
  std::string place_;
};

// One value at a named place; each throws InputError for another type.
std::string text_of(const Json& json, const std::string& place);
double number_of(const Json& json, const std::string& place, double null_value);
std::int64_t integer_of(const Json& json, const std::string& place);
const Json& array_of(const Json& json, const std::string& place);
Vector vector_of(const Json& json, const std::string& place, double null_value);

}  // namespace nadir::internal
