#include "nadir/cli/command_line.hpp"

#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/option_values.hpp"

namespace nadir::cli {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> flag_spellings(const OptionList& rows) {
  std::vector<std::string> names{"--help"};
  for (const OptionRow& row : rows) {
    names.push_back("--" + row.name);
    if (is_flag(row)) names.push_back("--no-" + row.name);
  }
  return names;
}

// One flag as typed, before its value is looked for.
struct Flag {
  const OptionRow* row = nullptr;
  bool is_negated = false;  // --no-name
  bool has_value = false;   // --name=value
  std::string value;
};

bool is_flag_word(std::string_view word) {
  return word.starts_with("--") || word == "-h" || word == "-o" || word.starts_with("-o=");
}

Flag recognised(const std::string& word, const OptionList& rows) {
  Flag flag;
  const std::size_t equals = word.find('=');
  std::string spelling = word.substr(0, equals);
  if (equals != std::string::npos) {
    flag.has_value = true;
    flag.value = word.substr(equals + 1);
  }
  const std::string name = spelling == "-o" ? "output" : spelling.substr(2);
  flag.row = find_option(rows, name);
  if (!flag.row && option_name(name).starts_with("no-")) {
    flag.row = find_option(rows, name.substr(3));
    if (flag.row && !is_flag(*flag.row)) flag.row = nullptr;
    flag.is_negated = flag.row != nullptr;
  }
  if (!flag.row)
    throw InputError("command line", "a flag of this command (see --help)",
                     "'" + spelling + "'" + nearest_hint(spelling, flag_spellings(rows)));
  return flag;
}

std::string value_of(Flag flag, std::span<const std::string>& rest) {
  if (is_flag(*flag.row)) {
    if (flag.has_value && flag.is_negated)
      throw InputError("--no-" + flag.row->name, "no value", "'" + flag.value + "'");
    return flag.is_negated ? "false" : flag.has_value ? flag.value : "true";
  }
  if (flag.has_value) return flag.value;
  // A value may begin with one minus sign, as negative numbers do, but not with two.
  if (rest.empty() || rest.front().starts_with("--") || rest.front() == "-o")
    throw InputError("--" + flag.row->name, "a value (" + value_kind(*flag.row) + ")",
                     rest.empty() ? "the end of the command line" : "'" + rest.front() + "'");
  const std::string value = rest.front();
  rest = rest.subspan(1);
  return value;
}

}  // namespace

bool CommandLine::has(std::string_view name) const {
  return std::any_of(flags.begin(), flags.end(), [name](const auto& flag) { return flag.first == name; });
}

std::vector<std::string> CommandLine::values(std::string_view name) const {
  std::vector<std::string> result;
  for (const auto& [flag, value] : flags)
    if (flag == name) result.push_back(value);
  return result;
}

CommandLine split_arguments(std::span<const std::string> arguments, const OptionList& rows,
                            const std::vector<std::string>& repeatable) {
  CommandLine line;
  bool flags_ended = false;
  while (!arguments.empty()) {
    const std::string& word = arguments.front();
    arguments = arguments.subspan(1);
    if (!flags_ended && word == "--") {
      flags_ended = true;
    } else if (!flags_ended && (word == "--help" || word == "-h")) {
      line.wants_help = true;
    } else if (flags_ended || !is_flag_word(word)) {
      if (!flags_ended && word.size() > 1 && word[0] == '-')
        throw InputError("command line", "a flag of this command (see --help)", "'" + word + "'");
      line.words.push_back(word);
    } else {
      const Flag flag = recognised(word, rows);
      const std::string& name = flag.row->name;
      if (line.has(name) && !contains(repeatable, name))
        throw InputError("--" + name, "one value", "the flag twice");
      line.flags.emplace_back(name, value_of(flag, arguments));
    }
  }
  return line;
}

void assign_flags(const CommandLine& line, const OptionList& rows, const std::vector<std::string>& repeatable) {
  for (const auto& [name, value] : line.flags)
    if (!contains(repeatable, name)) assign_named(rows, name, value, "--" + name);
}

}  // namespace nadir::cli
