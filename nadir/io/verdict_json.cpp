#include "nadir/io/verdict_json.hpp"

#include <algorithm>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/json.hpp"

namespace nadir {
namespace {

using internal::Json;
using internal::json_number;
using internal::JsonObject;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr const char* schema = "nadir.verdict/1";

Standing standing_from_name(const std::string& text, const std::string& place) {
  for (const Standing s : {Standing::undecided, Standing::holds, Standing::refuted})
    if (name(s) == text) return s;
  throw InputError(place, "one of undecided, holds, refuted", "'" + text + "'");
}

Escape::Kind kind_from_name(const std::string& text, const std::string& place) {
  for (const Escape::Kind k : {Escape::Kind::negative_curvature, Escape::Kind::path, Escape::Kind::first_order})
    if (name(k) == text) return k;
  throw InputError(place, "one of negative-curvature, path, first-order", "'" + text + "'");
}

Json numbers_to_json(const Numbers& numbers) {
  Json object = Json::object();
  for (const auto& [key, x] : numbers) object[key] = json_number(x);
  return object;
}

Json evidence_to_json(const Evidence& e) {
  return {{"claim", e.claim},
          {"theorem", e.theorem},
          {"standing", name(e.standing)},
          {"rigor", name(e.rigor)},
          {"numbers", numbers_to_json(e.numbers)}};
}

Json curvature_to_json(const Curvature& c) {
  return {{"min_eigenvalue", json_number(c.min_eigenvalue)},
          {"negative", c.negative},
          {"zero", c.zero},
          {"positive", c.positive},
          {"rigor", name(c.rigor)}};
}

Json detail_to_json(const Detail& detail) {
  if (const double* x = std::get_if<double>(&detail.value)) return json_number(*x);
  if (const auto* i = std::get_if<std::int64_t>(&detail.value)) return *i;
  if (const auto* s = std::get_if<std::string>(&detail.value)) return *s;
  Json list = Json::array();
  for (const double x : std::get<Vector>(detail.value)) list.push_back(json_number(x));
  return list;
}

Evidence evidence_from_json(const JsonObject& o) {
  Evidence e;
  e.claim = o.text("claim");
  e.theorem = o.text("theorem");
  e.standing = standing_from_name(o.text("standing"), o.place_of("standing"));
  e.rigor = rigor_from_name(o.text("rigor"));
  const JsonObject numbers = o.object("numbers");
  for (const auto& [key, x] : numbers.json().items())
    e.numbers.emplace_back(key, internal::number_of(x, numbers.place_of(key), not_a_number));
  return e;
}

Curvature curvature_from_json(const JsonObject& o) {
  return {o.number("min_eigenvalue", not_a_number), o.integer("negative"), o.integer("zero"), o.integer("positive"),
          rigor_from_name(o.text("rigor"))};
}

Detail detail_from_json(const std::string& key, const Json& json, const std::string& place) {
  if (json.is_string()) return {key, json.get<std::string>()};
  if (json.is_number_integer()) return {key, internal::integer_of(json, place)};
  if (json.is_number() || json.is_null()) return {key, internal::number_of(json, place, not_a_number)};
  const auto is_number = [](const Json& x) { return x.is_number() || x.is_null(); };
  if (json.is_array() && std::all_of(json.begin(), json.end(), is_number))
    return {key, internal::vector_of(json, place, not_a_number)};
  return {key, json.dump()};
}

void read_parts(const JsonObject& o, Verdict& v) {
  if (!o.is_null("curvature")) v.curvature = curvature_from_json(o.object("curvature"));
  std::size_t index = 0;
  for (const Json& e : o.array("evidence"))
    v.evidence.push_back(evidence_from_json({e, o.place_of("evidence[" + std::to_string(index++) + "]")}));
  if (!o.is_null("escape")) {
    const JsonObject e = o.object("escape");
    v.escape = Escape{kind_from_name(e.text("kind"), e.place_of("kind")), e.number("decrease", not_a_number), {}};
  }
  const JsonObject details = o.object("details");
  for (const auto& [key, x] : details.json().items())
    v.details.push_back(detail_from_json(key, x, details.place_of(key)));
}

}  // namespace

std::string verdict_to_json(const Verdict& v, const Seconds& seconds, std::string_view more_details) {
  Json json = {{"schema", schema},
               {"family", v.family},
               {"verdict", name(v.headline)},
               {"rigor", name(v.rigor)},
               {"value", json_number(v.value)},
               {"lower_bound", json_number(v.lower_bound)},
               {"gap", json_number(v.gap)},
               {"relative_gap", json_number(v.relative_gap())},
               {"gap_scale", json_number(v.gap_scale)},
               {"tolerance", json_number(v.tolerance)},
               {"gradient_norm", json_number(v.gradient_norm)},
               {"gradient_scale", json_number(v.gradient_scale)},
               {"criticality_tolerance", json_number(v.criticality_tolerance)}};
  json["curvature"] = v.curvature ? curvature_to_json(*v.curvature) : Json(nullptr);
  json["evidence"] = Json::array();
  for (const Evidence& e : v.evidence) json["evidence"].push_back(evidence_to_json(e));
  json["escape"] = nullptr;
  if (v.escape)
    json["escape"] = {{"kind", name(v.escape->kind)}, {"decrease", json_number(v.escape->decrease)}, {"array", "escape"}};
  json["seconds"] = Json::object();
  for (const auto& [stage, s] : seconds) json["seconds"][stage] = json_number(s);
  json["details"] = Json::object();
  for (const Detail& detail : v.details) json["details"][detail.name] = detail_to_json(detail);
  const Json more = internal::parse_json(more_details, "details");
  for (const auto& [key, x] : JsonObject(more, "details").json().items()) json["details"][key] = x;
  return internal::json_text(json);
}

StoredVerdict verdict_from_json(std::string_view text, const std::string& place) {
  const Json json = internal::parse_json(text, place);
  const JsonObject o(json, place);
  if (o.text("schema") != schema) throw InputError(o.place_of("schema"), schema, "'" + o.text("schema") + "'");
  StoredVerdict stored;
  Verdict& v = stored.verdict;
  v.family = o.text("family");
  v.headline = headline_from_name(o.text("verdict"));
  v.rigor = rigor_from_name(o.text("rigor"));
  v.value = o.number("value", not_a_number);
  v.lower_bound = o.number("lower_bound", -infinity);
  v.gap = o.number("gap", infinity);
  v.gap_scale = o.number("gap_scale", not_a_number);
  v.tolerance = o.number("tolerance", not_a_number);
  v.gradient_norm = o.number("gradient_norm", not_a_number);
  v.gradient_scale = o.number("gradient_scale", not_a_number);
  v.criticality_tolerance = o.number("criticality_tolerance", not_a_number);
  read_parts(o, v);
  const JsonObject seconds = o.object("seconds");
  for (const auto& [stage, s] : seconds.json().items())
    stored.seconds[stage] = internal::number_of(s, seconds.place_of(stage), not_a_number);
  return stored;
}

}  // namespace nadir
