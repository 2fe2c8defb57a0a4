#include "nadir/cli/help_text.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/cli/command.hpp"
#include "nadir/driver/option_values.hpp"
#include "nadir/driver/registry.hpp"

namespace nadir::cli {
namespace {

constexpr std::size_t text_column = 34, line_width = 110;

std::string flag_text(const OptionRow& row) {
  if (is_flag(row)) return (value_text(row) == "true" ? "--no-" : "--") + row.name;
  return (row.name == "output" ? "-o, --" : "--") + row.name + " " + value_kind(row);
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

// "(one of a, b; default a)", "(above 0; default 1)", "(required)".
std::string remarks(const OptionRow& row) {
  std::vector<std::string> parts;
  if (!row.choices.empty()) parts.push_back("one of " + joined(row.choices, ", "));
  if (std::isfinite(row.least) || std::isfinite(row.most)) parts.push_back(range_text(row));
  const std::string value = value_text(row);
  if (row.is_required) parts.push_back("required");
  else if (value == "inf") parts.push_back("default none");
  else if (!value.empty() && !is_flag(row)) parts.push_back("default " + value);
  return parts.empty() ? "" : " (" + joined(parts, "; ") + ")";
}

// Words from `column` on, broken before `line_width`.
std::string wrapped(const std::string& text, std::size_t column) {
  std::string result;
  std::size_t used = column, begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) {
      const std::size_t length = end - begin;
      if (used > column && used + 1 + length > line_width) {
        result += "\n" + std::string(column, ' ');
        used = column;
      } else if (used > column) {
        result += " ";
        ++used;
      }
      result += text.substr(begin, length);
      used += length;
    }
    begin = end + 1;
  }
  return result;
}

std::string row_text(const OptionRow& row) {
  std::string line = "  " + flag_text(row);
  if (line.size() + 2 > text_column) line += "\n" + std::string(text_column, ' ');
  else line.resize(text_column, ' ');
  return line + wrapped(row.help + remarks(row), text_column) + "\n";
}

}  // namespace

std::string named_lines(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::size_t width = 0;
  for (const auto& [name, text] : lines) width = std::max(width, name.size());
  std::string result;
  for (const auto& [name, text] : lines)
    result += "  " + name + std::string(width - name.size() + 2, ' ') + wrapped(text, width + 4) + "\n";
  return result;
}

std::string title_text(const Family& family) {
  const std::string name(family.name());
  return name + ": " + wrapped(std::string(family.summary()), name.size() + 2) + "\n";
}

std::string options_text(const std::vector<OptionGroup>& groups) {
  std::string text;
  for (const OptionGroup& group : groups) {
    if (group.rows.empty()) continue;
    text += "\n" + group.title + "\n";
    for (const OptionRow& row : group.rows) text += row_text(row);
  }
  return text;
}

std::string overview_text() {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Command& command : commands()) lines.emplace_back(command.usage, command.summary);
  return "nadir finds minima of non-convex problems and proves how good they are.\n\nnadir COMMAND ...\n" +
         named_lines(lines) +
         "\n`nadir COMMAND --help` lists a command's options, `nadir help FAMILY` those of a family.\n";
}

std::string family_text(Family& family) {
  std::string text = title_text(family) + "\n" + std::string(family.help());
  if (!text.ends_with('\n')) text += "\n";
  text += options_text({{"Data and options", family.options()}});
  text += "\nStarts (--start)\n  " + joined(family.start_names(), ", ") + ", or FILE.npz with the blocks of a point\n";
  text += "\nSolver (--solver)\n  default " + family.default_solver() + "\n";
  return text + "\n`nadir solve " + std::string(family.name()) + " --help` lists the options of solving as well.\n";
}

}  // namespace nadir::cli
