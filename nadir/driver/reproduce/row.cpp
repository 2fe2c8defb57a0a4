#include "nadir/driver/reproduce/row.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

namespace nadir {
namespace {

std::string with_origin(const std::string& published, const std::string& origin) {
  return origin.empty() ? published : published + " (" + origin + ")";
}

}  // namespace

std::string number_text(double x, int digits) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, x);
  return buffer;
}

PublishedRow equal_row(std::string what, std::int64_t published, std::int64_t measured, const std::string& origin) {
  return {std::move(what), with_origin(std::to_string(published), origin), std::to_string(measured), published == measured};
}

PublishedRow close_row(std::string what, double published, double measured, double relative_tol, const std::string& origin) {
  return {std::move(what), with_origin(number_text(published, 13), origin), number_text(measured, 13),
          std::fabs(measured - published) <= relative_tol * std::fabs(published)};
}

PublishedRow at_most_row(std::string what, double bound, double measured, const std::string& origin) {
  return {std::move(what), with_origin("at most " + number_text(bound), origin), number_text(measured), measured <= bound};
}

PublishedRow at_least_row(std::string what, double bound, double measured, const std::string& origin) {
  return {std::move(what), with_origin("at least " + number_text(bound), origin), number_text(measured), measured >= bound};
}

PublishedRow always_row(std::string what, std::string statement, std::int64_t held, std::int64_t tried) {
  return {std::move(what), std::move(statement), std::to_string(held) + " of " + std::to_string(tried), tried > 0 && held == tried};
}

}  // namespace nadir
