#include "nadir/core/options.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <type_traits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

std::string text(double x) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  return {buffer, end};
}

std::string text(std::int64_t x) { return std::to_string(x); }

template <class T>
std::string joined(const std::vector<T>& values) {
  std::string result;
  for (const T& v : values) result += (result.empty() ? "" : ",") + text(v);
  return result;
}

void require_number(const OptionRow& row, double x) {
  const bool in_range = x >= row.least && x <= row.most && !(row.least_is_excluded && x == row.least);
  if (!in_range) throw InputError("--" + row.name, range_text(row), text(x));
}

}  // namespace

std::string range_text(const OptionRow& row) {
  std::string words;
  if (row.least > -std::numeric_limits<double>::infinity())
    words += (row.least_is_excluded ? "above " : "at least ") + text(row.least);
  if (row.most < std::numeric_limits<double>::infinity())
    words += (words.empty() ? "at most " : " and at most ") + text(row.most);
  return words.empty() ? "a finite number" : words;
}

DataFile* data_file(const OptionRow& row) {
  return std::visit(
      [](auto* field) -> DataFile* {
        if constexpr (std::derived_from<std::remove_cvref_t<decltype(*field)>, DataFile>) return field;
        else return nullptr;
      },
      row.target);
}

std::string value_text(const OptionRow& row) {
  return std::visit(
      [](const auto* field) -> std::string {
        using T = std::remove_cvref_t<decltype(*field)>;
        if constexpr (std::is_same_v<T, bool>) return *field ? "true" : "false";
        else if constexpr (std::is_same_v<T, std::string>) return *field;
        else if constexpr (std::derived_from<T, DataFile>) return field->path;
        else if constexpr (std::is_arithmetic_v<T>) return text(*field);
        else return joined(*field);
      },
      row.target);
}

void require_in_range(const OptionRow& row) {
  std::visit(
      [&row](const auto* field) {
        using T = std::remove_cvref_t<decltype(*field)>;
        if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::int64_t>) {
          require_number(row, static_cast<double>(*field));
        } else if constexpr (std::is_same_v<T, std::vector<double>> || std::is_same_v<T, std::vector<std::int64_t>>) {
          for (const auto x : *field) require_number(row, static_cast<double>(x));
        } else if constexpr (std::is_same_v<T, std::string>) {
          if (row.choices.empty() || std::find(row.choices.begin(), row.choices.end(), *field) != row.choices.end()) return;
          std::string allowed;
          for (const std::string& c : row.choices) allowed += (allowed.empty() ? "" : ", ") + c;
          throw InputError("--" + row.name, "one of " + allowed, "'" + *field + "'");
        }
      },
      row.target);
}

}  // namespace nadir
