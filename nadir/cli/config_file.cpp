#include "nadir/cli/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/option_values.hpp"

namespace nadir::cli {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    // An empty file inserts nothing, which sets failbit as well.
    if (!file.is_open() || file.bad() || errno == EISDIR) throw FileError(path, std::strerror(errno ? errno : EIO));
  }
  return text.str();
}

toml::table parsed(const std::string& path) {
  errno = 0;
  const std::string text = contents(path);
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(path + ":" + std::to_string(error.source().begin.line), "TOML",
                     std::string(error.description()));
  }
}

// A TOML scalar as it would stand on the command line.
std::string scalar_text(const toml::node& node, const std::string& place) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* real = node.as_floating_point()) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, real->get()).ptr};
  }
  std::ostringstream kind;
  kind << "a TOML " << node.type();
  throw InputError(place, "a number, a string, true, false or an array of these", kind.str());
}

std::vector<std::string> elements(const toml::node& node, const std::string& place) {
  const toml::array* array = node.as_array();
  if (!array) return {scalar_text(node, place)};
  std::vector<std::string> texts;
  for (const toml::node& element : *array) texts.push_back(scalar_text(element, place));
  return texts;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : ",") + text;
  return result;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> assign_config(const std::string& path, const OptionList& rows,
                                                               const std::vector<std::string>& left_out,
                                                               const std::vector<std::string>& repeatable) {
  const toml::table table = parsed(path);
  std::vector<std::pair<std::string, std::string>> given;
  for (const auto& [key, node] : table) {
    const std::string name = option_name(key.str());
    const std::string line = path + ":" + std::to_string(key.source().begin.line);
    const OptionRow* row = find_option(rows, name);
    if (!row || name == "config")
      throw InputError(line, "a key that is a flag of this command",
                       "'" + std::string(key.str()) + "'" + nearest_hint(name, option_names(rows)));
    const std::string place = line + ": " + std::string(key.str());
    if (std::any_of(given.begin(), given.end(), [&](const auto& g) { return g.first == name; }))
      throw InputError(place, "one spelling of each key", "the same key twice");
    const std::vector<std::string> texts = elements(node, place);
    if (contains(repeatable, name)) {
      for (const std::string& text : texts) given.emplace_back(name, text);
      continue;
    }
    if (node.is_array() && !is_list(*row)) throw InputError(place, "a single value", "an array");
    given.emplace_back(name, joined(texts));
    if (!contains(left_out, name)) assign_named(rows, name, given.back().second, place);
  }
  return given;
}

}  // namespace nadir::cli
