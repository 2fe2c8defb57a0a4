#include "nadir/core/result.hpp"

#include <array>
#include <utility>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using enum Termination;
constexpr std::array<std::pair<Termination, std::string_view>, 12> names{{{not_run, "not_run"},
                                                                          {gradient_small, "gradient_small"},
                                                                          {target_reached, "target_reached"},
                                                                          {step_small, "step_small"},
                                                                          {value_flat, "value_flat"},
                                                                          {radius_small, "radius_small"},
                                                                          {iteration_limit, "iteration_limit"},
                                                                          {evaluation_limit, "evaluation_limit"},
                                                                          {time_limit, "time_limit"},
                                                                          {interrupted, "interrupted"},
                                                                          {stopped_by_callback, "stopped_by_callback"},
                                                                          {not_finite, "not_finite"}}};

}  // namespace

std::string_view name(Termination termination) {
  for (const auto& [value, text] : names)
    if (value == termination) return text;
  return "not_run";
}

Termination termination_from_name(std::string_view text) {
  for (const auto& [value, known] : names)
    if (known == text) return value;
  throw InputError("termination", "the name of a termination", std::string(text));
}

bool met_a_tolerance(Termination termination) {
  return termination == gradient_small || termination == target_reached;
}

}  // namespace nadir
