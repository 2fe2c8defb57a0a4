// Numbers in the JSON of landscapes: JSON has no NaN and no infinity, null stands for both.
#pragma once

#include <cmath>
#include <span>

#include <nlohmann/json.hpp>

namespace nadir {

inline nlohmann::ordered_json json_number(double x) {
  return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json(nullptr);
}

inline nlohmann::ordered_json json_numbers(std::span<const double> values) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const double x : values) list.push_back(json_number(x));
  return list;
}

}  // namespace nadir
