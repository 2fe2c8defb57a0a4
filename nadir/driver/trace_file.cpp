#include "nadir/driver/trace_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr std::string_view header = "iteration,seconds,value,gradient_norm,curvature,step,event";
constexpr std::string_view long_header = "iteration,seconds,value,gradient_norm,curvature,step,event,sharpness,step_size";
constexpr std::size_t num_columns = 7, num_long_columns = 9;

template <class T>
void append_number(std::string& text, T x) {
  char buffer[32];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr);
}

void append_cell(std::string& text, double x) {
  text += ',';
  if (!std::isnan(x)) append_number(text, x);
}

void append_row(std::string& text, const TraceRow& row, bool is_long) {
  append_number(text, row.iteration);
  for (const double x : {row.seconds, row.value, row.gradient_norm, row.curvature, row.step}) append_cell(text, x);
  text += ',' + row.event;
  if (is_long)
    for (const double x : {row.sharpness, row.step_size}) append_cell(text, x);
  text += '\n';
}

bool is_long(const Trace& trace) {
  return std::any_of(trace.begin(), trace.end(), [](const TraceRow& row) { return !std::isnan(row.sharpness) || !std::isnan(row.step_size); });
}

template <class T>
T number(std::string_view text, const std::string& place) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size())
    throw InputError(place, "a number", "'" + std::string(text) + "'");
  return value;
}

double number_or_nan(std::string_view text, const std::string& place) {
  return text.empty() ? std::nan("") : number<double>(text, place);
}

TraceRow parsed_row(std::string_view line, std::size_t columns, const std::string& place) {
  std::array<std::string_view, num_long_columns> cells;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t comma = line.find(',');
    const bool is_last = i + 1 == columns;
    if (is_last != (comma == std::string_view::npos))
      throw InputError(place, std::to_string(columns) + " columns", "another number of them");
    cells[i] = line.substr(0, comma);
    if (!is_last) line.remove_prefix(comma + 1);
  }
  return {.iteration = number<std::int64_t>(cells[0], place),
          .seconds = number_or_nan(cells[1], place),
          .value = number_or_nan(cells[2], place),
          .gradient_norm = number_or_nan(cells[3], place),
          .curvature = number_or_nan(cells[4], place),
          .step = number_or_nan(cells[5], place),
          .event = std::string(cells[6]),
          .sharpness = number_or_nan(cells[7], place),
          .step_size = number_or_nan(cells[8], place)};
}

}  // namespace

std::string trace_to_csv(const Trace& trace) {
  const bool has_all = is_long(trace);
  std::string text(has_all ? long_header : header);
  text += '\n';
  for (const TraceRow& row : trace) append_row(text, row, has_all);
  return text;
}

Trace trace_from_csv(std::string_view text, const std::string& place) {
  Trace trace;
  std::size_t line_number = 0, columns = num_columns;
  while (!text.empty()) {
    ++line_number;
    const std::string line_place = place + ":" + std::to_string(line_number);
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) throw InputError(line_place, "a whole line", "the end of the file");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line_number > 1) trace.push_back(parsed_row(line, columns, line_place));
    else if (line == long_header) columns = num_long_columns;
    else if (line != header) throw InputError(line_place, std::string(header), "'" + std::string(line) + "'");
  }
  if (line_number == 0) throw InputError(place, std::string(header), "an empty file");
  return trace;
}

}  // namespace nadir
