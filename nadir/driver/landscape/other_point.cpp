#include "nadir/driver/landscape/other_point.hpp"

#include <array>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"
#include "nadir/driver/point_of_family.hpp"
#include "nadir/io/certified_run.hpp"
#include "nadir/io/run_folder.hpp"

namespace nadir {
namespace {

CertificateFile certificate_of(const std::string& folder) { return certificate_from_json(read_certificate_text(folder), folder + "/certificate.json"); }

std::map<std::string, std::string> digests(const CertificateFile& certificate) {
  std::map<std::string, std::string> of_role;
  for (const DataReference& data : certificate.data) of_role[data.role] = data.sha256;
  return of_role;
}

// The first option that differs, in words for each run; empty where none does.
std::array<std::string, 2> differing_option(const CertificateFile& one, const CertificateFile& other) {
  const auto a = nlohmann::json::parse(one.problem), b = nlohmann::json::parse(other.problem);
  for (const auto& [key, value] : a.items())
    if (!b.contains(key) || b[key] != value) return {key + " " + value.dump(), key + " " + (b.contains(key) ? b[key].dump() : "not given")};
  if (a != b) return {"no others", "others"};
  return {};
}

void require_same_problem(const std::string& folder, const std::string& other) {
  const CertificateFile here = certificate_of(folder), there = certificate_of(other);
  const std::string place = other + "/certificate.json";
  if (here.family != there.family) throw InputError(place, "a run of the family " + here.family + ", as in " + folder, there.family);
  if (digests(here) != digests(there)) throw InputError(place, "a run on the data of " + folder, "other data");
  if (const auto [expected, found] = differing_option(here, there); !expected.empty())
    throw InputError(place, "the options of " + folder + ", " + expected + " (to take the point alone, give " + other + "/" + run_files::point + ")", found);
}

std::string file_of(const std::string& folder, const std::string& other) {
  if (!std::filesystem::is_directory(other)) return other;
  require_same_problem(folder, other);
  return other + "/" + run_files::point;
}

std::string sizes_text(const Layout& layout) {
  std::string text;
  for (const BlockShape& b : layout.blocks()) text += (text.empty() ? "" : ", ") + b.name + " " + std::to_string(b.rows) + " x " + std::to_string(b.cols);
  return text;
}

}  // namespace

OtherPoint read_other_point(Family& family, const std::string& folder, const Point& point, const std::string& other) {
  const std::string file = file_of(folder, other);
  OtherPoint found{file, read_point_of(family, file)};
  if (found.point.layout == point.layout) return found;
  // Families that grow take the sizes of any file; a line between two points does not.
  family.reshape(point.layout);
  throw InputError(file, "blocks of the sizes of the run's point, " + sizes_text(point.layout), sizes_text(found.point.layout));
}

}  // namespace nadir
