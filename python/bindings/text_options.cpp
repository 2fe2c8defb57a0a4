#include "python/bindings/text_options.hpp"

#include <algorithm>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/option_values.hpp"

namespace nadir::python {

std::string keyword(std::string option) {
  std::replace(option.begin(), option.end(), '-', '_');
  return option;
}

const OptionRow& row_of(const OptionList& rows, const std::string& name) {
  if (const OptionRow* row = find_option(rows, name)) return *row;
  std::vector<std::string> names;
  for (const OptionRow& row : rows) names.push_back(keyword(row.name));
  throw InputError("options", "the name of an option", "'" + name + "'" + nearest_hint(keyword(name), names));
}

void assign_all(const OptionList& rows, const TextOptions& options) {
  for (const auto& [name, text] : options) {
    row_of(rows, name);
    assign_named(rows, name, text, keyword(name));
  }
}

}  // namespace nadir::python
