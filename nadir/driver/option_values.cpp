#include "nadir/driver/option_values.hpp"

#include <charconv>
#include <cmath>
#include <concepts>
#include <type_traits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

template <class T>
T number(std::string_view text, const std::string& place) {
  text = trimmed(text);
  // A person may write +1; from_chars may not read it.
  const bool has_plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
  const char* begin = text.data() + (has_plus ? 1 : 0);
  const char* end = text.data() + text.size();
  T value{};
  const auto [stop, error] = std::from_chars(begin, end, value);
  const bool is_read = error == std::errc{} && stop == end && begin != end;
  if constexpr (std::is_floating_point_v<T>) {
    if (!is_read || !std::isfinite(value)) throw InputError(place, "a finite number", quoted(text));
  } else {
    if (!is_read) throw InputError(place, "an integer", quoted(text));
  }
  return value;
}

template <class T>
std::vector<T> list(std::string_view text, const std::string& place) {
  std::vector<T> values;
  if (trimmed(text).empty()) return values;
  while (true) {
    const std::size_t comma = text.find(',');
    values.push_back(number<T>(text.substr(0, comma), place));
    if (comma == std::string_view::npos) return values;
    text.remove_prefix(comma + 1);
  }
}

template <class T>
T parsed(std::string_view text, const std::string& place) {
  if constexpr (std::is_same_v<T, bool>) {
    if (text == "true") return true;
    if (text == "false") return false;
    throw InputError(place, "true or false", quoted(text));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return std::string(text);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return number<T>(text, place);
  } else if constexpr (std::derived_from<T, DataFile>) {
    if (text.empty()) throw InputError(place, "the name of a file", "nothing");
    T data;
    data.path = text;
    return data;
  } else {
    return list<typename T::value_type>(text, place);
  }
}

template <class... T>
bool points_to(const OptionRow& row) {
  return (std::holds_alternative<T*>(row.target) || ...);
}

}  // namespace

std::string option_name(std::string_view name) {
  std::string result(name);
  for (char& c : result)
    if (c == '_') c = '-';
  return result;
}

const OptionRow* find_option(const OptionList& rows, std::string_view name) {
  const std::string wanted = option_name(name);
  for (const OptionRow& row : rows)
    if (row.name == wanted) return &row;
  return nullptr;
}

std::vector<std::string> option_names(const OptionList& rows) {
  std::vector<std::string> names;
  for (const OptionRow& row : rows) names.push_back(row.name);
  return names;
}

bool is_flag(const OptionRow& row) { return points_to<bool>(row); }
bool is_list(const OptionRow& row) { return points_to<std::vector<std::int64_t>, std::vector<double>>(row); }
bool is_data(const OptionRow& row) { return data_file(row) != nullptr; }

std::string value_kind(const OptionRow& row) {
  if (is_flag(row)) return "";
  if (!row.value_name.empty()) return row.value_name;
  if (is_data(row)) return "FILE";
  if (points_to<std::int64_t>(row)) return "N";
  if (points_to<double>(row)) return "X";
  if (points_to<std::vector<std::int64_t>>(row)) return "N,N,...";
  if (points_to<std::vector<double>>(row)) return "X,X,...";
  return "NAME";
}

void assign(const OptionRow& row, std::string_view text, const std::string& place) {
  std::visit(
      [&](auto* field) {
        using T = std::remove_cvref_t<decltype(*field)>;
        T value = parsed<T>(text, place);
        std::swap(*field, value);
        try {
          require_in_range(row);
        } catch (const InputError& error) {
          std::swap(*field, value);
          throw InputError(place, error.expected(), error.found());
        }
      },
      row.target);
}

void assign_named(const OptionList& rows, std::string_view name, std::string_view text, const std::string& place) {
  const std::string wanted = option_name(name);
  for (const OptionRow& row : rows)
    if (row.name == wanted) assign(row, text, place);
}

void require_given(const OptionList& rows) {
  for (const OptionRow& row : rows)
    if (row.is_required && value_text(row).empty())
      throw InputError("--" + row.name, is_data(row) ? "a file (" + row.help + ")" : row.help, "nothing");
}

}  // namespace nadir
