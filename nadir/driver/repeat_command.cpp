#include "nadir/driver/repeat_command.hpp"

#include <filesystem>

#include "nadir/base/shell_word.hpp"
#include "nadir/driver/judge.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/recorded_options.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/driver/survey/survey.hpp"
#include "nadir/io/options_json.hpp"

namespace nadir {
namespace {

// A file of the run folder's own, as data that were in hand, is named through the folder.
std::string present_value(const OptionRow& row, const std::string& value, const std::string& place) {
  if (!is_data(row) && row.name != "start") return value;
  const std::string own = path_below(std::filesystem::path(place).parent_path().string(), value);
  return own.empty() ? value : own;
}

// Flags for the options of `json` that differ from those of `defaults`, two rows of one struct each.
std::string flags(const OptionList& defaults, const OptionList& scratch, const std::string& json, const std::string& place) {
  options_from_json(json, scratch, place);
  std::string text;
  for (const OptionRow& row : scratch) {
    const std::string value = value_text(row);
    const OptionRow* before = find_option(defaults, row.name);
    if (!before || value_text(*before) == value || text.find(" --" + row.name + " ") != std::string::npos) continue;
    if (is_flag(row)) text += value == "true" ? " --" + row.name : " --no-" + row.name;
    else text += " --" + row.name + " " + shell_word(present_value(row, value, place));
  }
  return text;
}

}  // namespace

std::string repeat_command(const RunRecord& record, const std::string& place) {
  const auto defaults = make_family(record.family), scratch = make_family(record.family);
  std::string command = "nadir " + record.command + " " + record.family +
                        flags(defaults->options(), scratch->options(), record.problem, place);
  if (record.command == "solve") {
    SolveOptions before, after;
    command += flags(all_rows(before), all_rows(after), record.solving, place);
  } else if (record.command == "survey") {
    SurveyRequest before, after;
    command += flags(all_rows(before), all_rows(after), record.solving, place);
  } else {
    JudgeRequest before, after;
    command += flags(rows(before), rows(after), record.solving, place);
    for (const DataReference& input : record.inputs)
      if (input.role == "better") command += " --better " + shell_word(input.path);
  }
  return record.seed == 0 ? command : command + " --seed " + std::to_string(record.seed);
}

}  // namespace nadir
