// nadir families; nadir help [FAMILY | COMMAND]
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/family_word.hpp"
#include "nadir/cli/help_text.hpp"
#include "nadir/driver/registry.hpp"

namespace nadir::cli {
namespace {

std::string families_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FamilyRow& row : families()) list.push_back({{"name", row.name}, {"summary", row.make()->summary()}});
  return nlohmann::ordered_json{{"schema", "nadir.families/1"}, {"families", list}}.dump(2) + "\n";
}

}  // namespace

int run_families(std::span<const std::string> arguments) {
  CommonOptions common;
  const std::vector<OptionGroup> groups{{"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  require_words(line, 0, 0, "nadir families");
  if (line.wants_help) print_result("nadir families: list the kinds of problem\n" + options_text(groups));
  else print_result(common.json ? families_json() : families_text());
  return exit_done;
}

int run_help(std::span<const std::string> arguments) {
  CommonOptions common;
  const CommandLine line = read_arguments(arguments, {{"Everywhere", rows(common)}}, common);
  require_words(line, 0, 1, "nadir help [FAMILY | COMMAND]");
  if (line.words.empty()) {
    print_result(overview_text() + "\nFamilies\n" + families_text());
    return exit_done;
  }
  for (const Command& command : commands())
    if (command.name == line.words[0] && command.name != "help") return command.run(std::vector<std::string>{"--help"});
  print_result(family_text(*make_family(line.words[0])));
  return exit_done;
}

}  // namespace nadir::cli
