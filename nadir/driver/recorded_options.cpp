#include "nadir/driver/recorded_options.hpp"

#include <algorithm>
#include <filesystem>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/options_json.hpp"

namespace nadir {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const DataReference* find_input(const std::vector<DataReference>& inputs, const std::string& role) {
  const auto it = std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.role == role; });
  return it == inputs.end() ? nullptr : &*it;
}

// The path as it was typed, or the absolute one when the working directory is another.
std::string present_path(const std::string& path, const RunRecord& record, const std::string& role) {
  std::error_code error;
  const DataReference* input = find_input(record.inputs, role);
  if (!input || std::filesystem::exists(path, error)) return path;
  const bool is_moved = std::filesystem::absolute(path, error).string() != input->absolute_path;
  return is_moved ? input->absolute_path : path;
}

// A file of the folder's own, as of a run that began with arrays in hand: it is read where the folder is now, and keeps its
// name below the folder in what is recorded, so that the folder may be moved again. False where there is none.
bool take_own_file(const OptionRow& row, const std::string& path, const RunRecord& record, const std::string& folder) {
  const DataReference* input = find_input(record.inputs, row.name);
  const std::string own = path_below(folder, path);
  if (!input || own.empty() || sha256_of_file(file_of(own)) != input->sha256) return false;
  load_values(row, own);
  data_file(row)->path = path;
  data_file(row)->sha256 = input->sha256;
  return true;
}

void take_data(const OptionRow& row, const std::string& path, const RunRecord& record, const std::string& place) {
  if (path.empty() || take_own_file(row, path, record, std::filesystem::path(place).parent_path().string())) return;
  assign(row, present_path(path, record, row.name), place + ": " + row.name);
}

}  // namespace

std::string path_below(const std::string& folder, const std::string& path) {
  std::error_code error;
  if (path.empty() || std::filesystem::path(path).is_absolute()) return "";
  const std::string own = (std::filesystem::path(folder) / path).string();
  return std::filesystem::is_regular_file(file_of(own), error) ? own : "";
}

void take_recorded(const OptionList& rows, const OptionList& scratch, const std::string& json,
                   const std::vector<std::string>& given, const RunRecord& record, const std::string& place) {
  options_from_json(json, scratch, place);
  for (const OptionRow& row : rows) {
    const std::string recorded = value_text(*find_option(scratch, row.name));
    if (!contains(given, row.name)) {
      if (!is_data(row)) assign(row, recorded, place + ": " + row.name);
      else take_data(row, recorded, record, place);
    } else if (!is_data(row) && value_text(row) != recorded) {
      throw InputError("--" + row.name, "'" + recorded + "', with which the run began (" + place + ")",
                       "'" + value_text(row) + "'");
    }
  }
}

void require_same_inputs(const std::vector<DataReference>& inputs, const RunRecord& record, const std::string& place) {
  for (const DataReference& input : inputs) {
    const DataReference* before = find_input(record.inputs, input.role);
    if (!before) throw InputError("--" + input.role, "no such file, as when the run began (" + place + ")", input.path);
    if (before->sha256 != input.sha256)
      throw InputError(input.path, "the file that the run began with, SHA-256 " + before->sha256, input.sha256);
  }
  for (const DataReference& before : record.inputs)
    if (!find_input(inputs, before.role))
      throw InputError("--" + before.role, before.path + ", as when the run began (" + place + ")", "nothing");
}

}  // namespace nadir
