#include "nadir/io/certified_run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/options_json.hpp"

namespace nadir {
namespace {

namespace fs = std::filesystem;

bool has_fingerprint(const std::string& file, const std::string& sha256) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  try {
    return sha256_of_file(file) == sha256;
  } catch (const FileError&) {
    return false;
  }
}

// The path at which the data stand, or "".
std::string find_data(const std::string& folder, const DataReference& data) {
  for (const std::string& path : {data.absolute_path, data.path, (fs::path(folder) / data.path).string()})
    if (has_fingerprint(file_of(path), data.sha256)) return path;
  return "";
}

void load(const OptionRow& row, const DataReference& data, const std::string& path) {
  load_values(row, path);
  if (data_shapes(row) != data.shapes)
    throw InputError("certificate.json: data: " + data.role, "the shape of the data file", "another");
  data_file(row)->path = data.path;
  data_file(row)->sha256 = data.sha256;
}

}  // namespace

std::string read_certificate_text(const std::string& folder) {
  const std::string path = folder + "/certificate.json";
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path, "the certificate of a run folder", "no such file");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> file_objections(const std::string& folder, const CertificateFile& certificate) {
  std::vector<std::string> objections;
  for (const char* name : certified_files) {
    const auto stated = certificate.files.find(name);
    if (stated == certificate.files.end()) throw InputError("certificate.json: files", std::string("the key '") + name + "'", "none");
    if (!has_fingerprint(folder + "/" + name, stated->second))
      objections.push_back(std::string(name) + " is missing or is not the file that the certificate was made for");
  }
  return objections;
}

std::vector<std::string> load_problem(const std::string& folder, const CertificateFile& certificate, const OptionList& options) {
  const std::string place = "certificate.json: problem";
  options_from_json(certificate.problem, options, place);
  for (const OptionRow& row : options) {
    const DataFile* file = data_file(row);
    if (file && !file->path.empty())
      throw InputError(place, "data under 'data' only", "'" + row.name + "'");
  }
  std::vector<std::string> objections;
  for (const DataReference& data : certificate.data) {
    const auto row = std::find_if(options.begin(), options.end(), [&](const OptionRow& r) { return r.name == data.role; });
    if (row == options.end() || !data_file(*row)) throw InputError("certificate.json: data", "a data option of the family", "'" + data.role + "'");
    const std::string path = find_data(folder, data);
    if (path.empty()) objections.push_back("data file " + data.path + " (" + data.role + ") is missing or has changed");
    else load(*row, data, path);
  }
  return objections;
}

}  // namespace nadir
