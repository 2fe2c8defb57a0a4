#include "nadir/cli/family_word.hpp"

#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/driver/registry.hpp"

namespace nadir::cli {

std::unique_ptr<Family> family_word(std::span<const std::string> arguments, const std::string& usage) {
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    print_result(usage + "\n\nFAMILY is one of\n" + families_text() +
                 "\nThe same with a FAMILY and --help lists all options.\n");
    return nullptr;
  }
  if (arguments.empty() || arguments[0].starts_with('-'))
    throw InputError("command line", usage, arguments.empty() ? "no FAMILY" : "'" + arguments[0] + "' before FAMILY");
  return make_family(arguments[0]);
}

std::string families_text() {
  std::size_t width = 0;
  for (const FamilyRow& row : families()) width = std::max(width, row.name.size());
  std::string text;
  for (const FamilyRow& row : families())
    text += "  " + std::string(row.name) + std::string(width - row.name.size() + 2, ' ') +
            std::string(row.make()->summary()) + "\n";
  return text;
}

}  // namespace nadir::cli
