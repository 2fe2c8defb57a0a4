#include "nadir/io/certificate_file.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/base/version.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/io/internal/json.hpp"
#include "nadir/io/options_json.hpp"

namespace nadir {
namespace {

using internal::Json;
using internal::json_number;
using internal::JsonObject;

constexpr const char* schema = "nadir.certificate/1";
constexpr std::size_t digest_length = 64;
constexpr std::string_view before_digest = "\n  \"digest\": \"";
constexpr std::string_view after_digest = "\"\n}\n";

// Where the digest's digits begin; npos if the text does not end as it should.
std::size_t digest_position(std::string_view text) {
  const std::size_t tail = before_digest.size() + digest_length + after_digest.size();
  if (text.size() < tail || !text.ends_with(after_digest)) return std::string_view::npos;
  const std::size_t begin = text.size() - tail;
  if (text.substr(begin, before_digest.size()) != before_digest) return std::string_view::npos;
  return begin + before_digest.size();
}

std::string digest_with_zeros(std::string_view text, std::size_t position) {
  Sha256 hash;
  hash.update(text.substr(0, position));
  hash.update(std::string(digest_length, '0'));
  hash.update(text.substr(position + digest_length));
  return hash.finish();
}

void require_utf8(const std::string& path, const std::string& role) {
  try {
    static_cast<void>(Json(path).dump());
  } catch (const Json::exception&) {
    throw InputError("--" + role, "a path in UTF-8", "other bytes");
  }
}

DataReference reference(const OptionRow& row, const std::string& path, const std::string& sha256) {
  require_utf8(path, row.name);
  return {row.name, path, std::filesystem::absolute(path).lexically_normal().string(), sha256, {}};
}

Json shapes_to_json(const std::map<std::string, std::vector<Index>>& shapes) {
  if (shapes.size() == 1 && shapes.begin()->first.empty()) return shapes.begin()->second;
  Json object = Json::object();
  for (const auto& [block, shape] : shapes) object[block] = shape;
  return object;
}

std::vector<Index> shape_from_json(const Json& json, const std::string& place) {
  std::vector<Index> shape;
  for (const Json& extent : internal::array_of(json, place))
    shape.push_back(static_cast<Index>(internal::integer_of(extent, place)));
  return shape;
}

std::string sha256_from_json(const JsonObject& o, const std::string& key) {
  const std::string digits = o.text(key);
  const bool is_hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (digits.size() != digest_length || !is_hex)
    throw InputError(o.place_of(key), "64 lower-case hexadecimal digits", "'" + digits.substr(0, digest_length) + "'");
  return digits;
}

DataReference data_from_json(const std::string& role, const JsonObject& o) {
  DataReference r{role, o.text("path"), o.text("absolute_path"), sha256_from_json(o, "sha256"), {}};
  const Json& shape = o.value("shape");
  const std::string place = o.place_of("shape");
  if (shape.is_array()) {
    r.shapes[""] = shape_from_json(shape, place);
  } else {
    for (const auto& [block, s] : JsonObject(shape, place).json().items()) r.shapes[block] = shape_from_json(s, place);
  }
  return r;
}

Json claim_to_json(const Claim& claim) {
  Json numbers = Json::object();
  for (const auto& [key, x] : claim.numbers) numbers[key] = json_number(x);
  return {{"kind", claim.kind},
          {"text", claim.text},
          {"theorem", claim.theorem},
          {"rigor", name(claim.rigor)},
          {"numbers", numbers}};
}

Claim claim_from_json(const JsonObject& o) {
  Claim claim{o.text("kind"), o.text("text"), o.text("theorem"), rigor_from_name(o.text("rigor")), {}};
  const JsonObject numbers = o.object("numbers");
  for (const auto& [key, x] : numbers.json().items()) {
    constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
    claim.numbers.emplace_back(key, internal::number_of(x, numbers.place_of(key), not_a_number));
  }
  return claim;
}

}  // namespace

std::vector<DataReference> data_references(const OptionList& options) {
  std::vector<DataReference> references;
  for (const OptionRow& row : options) {
    const DataFile* file = data_file(row);
    if (!file || file->path.empty()) continue;
    references.push_back(reference(row, file->path, file->sha256));
    references.back().shapes = data_shapes(row);
  }
  return references;
}

void write_certificate(const std::string& folder, const std::string& family, const OptionList& options,
                       const Certificate& certificate) {
  CertificateFile file{"nadir " + version(), family, options_to_json(options, DataOptions::left_out),
                       data_references(options), {}, {}};
  for (const char* name : certified_files) file.files[name] = sha256_of_file(folder + "/" + name);
  file.certificate = {certificate.headline, certificate.rigor, certificate.claims, {}};
  write_file_atomically(folder + "/certificate.json", certificate_to_json(file));
}

std::string certificate_to_json(const CertificateFile& file) {
  Json json = {{"schema", schema}, {"tool", file.tool}, {"family", file.family}};
  json["problem"] = internal::parse_json(file.problem, "problem");
  json["data"] = Json::object();
  for (const DataReference& r : file.data)
    json["data"][r.role] = {{"path", r.path},
                            {"absolute_path", r.absolute_path},
                            {"sha256", r.sha256},
                            {"shape", shapes_to_json(r.shapes)}};
  json["files"] = Json::object();
  for (const auto& [name, sha256] : file.files) json["files"][name] = sha256;
  json["verdict"] = name(file.certificate.headline);
  json["rigor"] = name(file.certificate.rigor);
  json["claims"] = Json::array();
  for (const Claim& claim : file.certificate.claims) json["claims"].push_back(claim_to_json(claim));
  json["digest"] = std::string(digest_length, '0');
  std::string text = internal::json_text(json);
  const std::size_t position = digest_position(text);
  return text.replace(position, digest_length, digest_with_zeros(text, position));
}

CertificateFile certificate_from_json(std::string_view text, const std::string& place) {
  const Json json = internal::parse_json(text, place);
  const JsonObject o(json, place);
  if (o.text("schema") != schema) throw InputError(o.place_of("schema"), schema, "'" + o.text("schema") + "'");
  CertificateFile file;
  file.tool = o.text("tool");
  file.family = o.text("family");
  file.problem = o.object("problem").json().dump();
  const JsonObject data = o.object("data");
  for (const auto& [role, reference] : data.json().items())
    file.data.push_back(data_from_json(role, {reference, data.place_of(role)}));
  const JsonObject files = o.object("files");
  for (const auto& [name, sha256] : files.json().items()) file.files[name] = sha256_from_json(files, name);
  file.certificate.headline = headline_from_name(o.text("verdict"));
  file.certificate.rigor = rigor_from_name(o.text("rigor"));
  std::size_t index = 0;
  for (const Json& claim : o.array("claims"))
    file.certificate.claims.push_back(
        claim_from_json({claim, o.place_of("claims[" + std::to_string(index++) + "]")}));
  return file;
}

bool has_intact_digest(std::string_view text) {
  const std::size_t position = digest_position(text);
  return position != std::string_view::npos &&
         text.substr(position, digest_length) == digest_with_zeros(text, position);
}

}  // namespace nadir
