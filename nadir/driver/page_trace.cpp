#include "nadir/driver/page_trace.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "nadir/report/thin_trace.hpp"

namespace nadir {
namespace {

// Digits that a picture and the numbers under the pointer need.
constexpr int num_digits = 9;

std::string joined(const std::vector<double>& numbers) {
  std::string text = "[";
  for (const double x : numbers) {
    if (text.size() > 1) text += ',';
    char buffer[32];
    if (std::isfinite(x)) text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, num_digits).ptr);
    else text += "null";
  }
  return text + "]";
}

std::vector<double> column(const Trace& trace, const ThinTrace& thin, double TraceRow::*field) {
  std::vector<double> numbers;
  for (const std::size_t row : thin.rows) numbers.push_back(trace[row].*field);
  return numbers;
}

double lowest_value(const Trace& trace) {
  double lowest = std::numeric_limits<double>::infinity();
  for (const TraceRow& row : trace)
    if (std::isfinite(row.value)) lowest = std::min(lowest, row.value);
  return lowest;
}

std::string events_text(const ThinTrace& thin) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const EventMark& mark : thin.events) list.push_back({{"row", mark.row}, {"kind", mark.kind}, {"count", mark.count}});
  return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::string page_trace(const Trace& trace, double lower_bound) {
  const ThinTrace thin = thinned(trace);
  const bool has_bound = std::isfinite(lower_bound);
  const double base = has_bound ? lower_bound : lowest_value(trace);
  std::vector<double> iterations, gap = column(trace, thin, &TraceRow::value);
  for (const std::size_t row : thin.rows) iterations.push_back(static_cast<double>(trace[row].iteration));
  for (double& x : gap) x -= base;

  std::string columns;
  const auto add = [&columns](const char* name, const std::vector<double>& numbers) {
    const bool has_any = std::any_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
    if (has_any) columns += std::string(columns.empty() ? "" : ",") + "\"" + name + "\":" + joined(numbers);
  };
  add("iteration", iterations);
  add("seconds", column(trace, thin, &TraceRow::seconds));
  add("value", column(trace, thin, &TraceRow::value));
  add("gap", gap);
  add("gradient_norm", column(trace, thin, &TraceRow::gradient_norm));
  add("curvature", column(trace, thin, &TraceRow::curvature));
  add("step", column(trace, thin, &TraceRow::step));
  add("sharpness", column(trace, thin, &TraceRow::sharpness));
  add("step_size", column(trace, thin, &TraceRow::step_size));
  return "{\"rows\":" + std::to_string(trace.size()) + ",\"shown\":" + std::to_string(thin.rows.size()) + ",\"above\":\"" +
         (has_bound ? "bound" : "lowest") + "\",\"columns\":{" + columns + "},\"events\":" + events_text(thin) + "}";
}

}  // namespace nadir
