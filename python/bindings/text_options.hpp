// Options that Python hands over as texts by name, under the names that Python has for them.
#pragma once

#include <map>
#include <string>

#include "nadir/core/options.hpp"

namespace nadir::python {

using TextOptions = std::map<std::string, std::string>;

// "weight-decay" -> "weight_decay".
std::string keyword(std::string option);
// The row of that name in either spelling. Throws InputError naming the nearest one.
const OptionRow& row_of(const OptionList& rows, const std::string& name);
// Throws InputError naming the keyword for a text that is no value of the option.
void assign_all(const OptionList& rows, const TextOptions& options);

}  // namespace nadir::python
