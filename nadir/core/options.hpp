// Options declared once: a struct with the default at the field, and one row per field.
//
// From the rows come the command-line flags, the keys of a config file, the Python keywords and the help
// text. A row points into the struct it describes, so parsing writes the field and nothing is copied.
//
//   struct DoubleWellOptions { double a = 1.0; };
//   OptionList rows(DoubleWellOptions& o) {
//     return {option("a", o.a, "distance of the wells from the origin").above(0.0)};
//   }
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "nadir/core/data_file.hpp"

namespace nadir {

struct OptionRow {
  using Target = std::variant<bool*, std::int64_t*, double*, std::string*, std::vector<std::int64_t>*,
                              std::vector<double>*, DataMatrix*, DataBlocks*, DataArray*, DataEntries*,
                              DataNetwork*, DataTensor*>;

  std::string name;  // "weight-decay": the flag is --weight-decay, the key weight_decay or weight-decay
  Target target;
  std::string help;  // one line, with the unit and the consequence
  std::string value_name;  // what the help shows for the value: "SECONDS"; empty: what fits the field's type
  std::vector<std::string> choices;  // for strings: the allowed values, if only these
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  bool least_is_excluded = false;
  bool is_required = false;
  bool is_as_written = false;  // a DataMatrix whose rows are rows, not samples

  OptionRow shown_as(std::string text) && { value_name = std::move(text); return std::move(*this); }
  OptionRow one_of(std::vector<std::string> allowed) && { choices = std::move(allowed); return std::move(*this); }
  OptionRow at_least(double x) && { least = x; return std::move(*this); }
  OptionRow above(double x) && { least = x; least_is_excluded = true; return std::move(*this); }
  OptionRow at_most(double x) && { most = x; return std::move(*this); }
  OptionRow required() && { is_required = true; return std::move(*this); }
  OptionRow as_written() && { is_as_written = true; return std::move(*this); }
};

using OptionList = std::vector<OptionRow>;

template <class T>
OptionRow option(std::string name, T& field, std::string help) {
  OptionRow row;
  row.name = std::move(name);
  row.target = &field;
  row.help = std::move(help);
  return row;
}

// The data file behind a row; null for a row that is no data.
DataFile* data_file(const OptionRow& row);

// The value that the field holds now, as a person would type it: the default, before parsing. Empty for
// empty lists, strings and data.
std::string value_text(const OptionRow& row);
// The range of a numeric option in words: "above 0 and at most 1"; "a finite number" without limits.
std::string range_text(const OptionRow& row);
// Throws InputError naming the option when its value breaks the row's range or choices.
void require_in_range(const OptionRow& row);

}  // namespace nadir
