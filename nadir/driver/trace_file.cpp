#include "nadir/driver/trace_file.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr std::string_view header = "iteration,seconds,value,gradient_norm,curvature,step,event";
constexpr std::size_t num_columns = 7;

template <class T>
void append_number(std::string& text, T x) {
  char buffer[32];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr);
}

void append_row(std::string& text, const TraceRow& row) {
  append_number(text, row.iteration);
  for (const double x : {row.seconds, row.value, row.gradient_norm, row.curvature, row.step}) {
    text += ',';
    if (!std::isnan(x)) append_number(text, x);
  }
  text += ',' + row.event + '\n';
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

TraceRow parsed_row(std::string_view line, const std::string& place) {
  std::array<std::string_view, num_columns> cells;
  for (std::size_t i = 0; i < num_columns; ++i) {
    const std::size_t comma = line.find(',');
    const bool is_last = i + 1 == num_columns;
    if (is_last != (comma == std::string_view::npos))
      throw InputError(place, std::to_string(num_columns) + " columns", "another number of them");
    cells[i] = line.substr(0, comma);
    if (!is_last) line.remove_prefix(comma + 1);
  }
  return {.iteration = number<std::int64_t>(cells[0], place),
          .seconds = number_or_nan(cells[1], place),
          .value = number_or_nan(cells[2], place),
          .gradient_norm = number_or_nan(cells[3], place),
          .curvature = number_or_nan(cells[4], place),
          .step = number_or_nan(cells[5], place),
          .event = std::string(cells[6])};
}

}  // namespace

std::string trace_to_csv(const Trace& trace) {
  std::string text(header);
  text += '\n';
  for (const TraceRow& row : trace) append_row(text, row);
  return text;
}

Trace trace_from_csv(std::string_view text, const std::string& place) {
  Trace trace;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const std::string line_place = place + ":" + std::to_string(line_number);
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) throw InputError(line_place, "a whole line", "the end of the file");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line_number > 1) trace.push_back(parsed_row(line, line_place));
    else if (line != header) throw InputError(line_place, std::string(header), "'" + std::string(line) + "'");
  }
  if (line_number == 0) throw InputError(place, std::string(header), "an empty file");
  return trace;
}

}  // namespace nadir
