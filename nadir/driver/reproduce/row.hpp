// Rows of a reproduction: what was published beside what was measured, and the rule by which they agree.
//
// `origin` is empty where the number or statement is the cited work's own; otherwise it says where the
// expectation comes from ("closed form", "exact count", "independent program") and is printed with it.
// A measured NaN agrees with nothing.
#pragma once

#include <cstdint>
#include <string>

#include "nadir/driver/reproduce.hpp"

namespace nadir {

// `digits` significant digits.
std::string number_text(double x, int digits = 4);

PublishedRow equal_row(std::string what, std::int64_t published, std::int64_t measured, const std::string& origin = "");
PublishedRow close_row(std::string what, double published, double measured, double relative_tol, const std::string& origin = "");
PublishedRow at_most_row(std::string what, double bound, double measured, const std::string& origin = "");
PublishedRow at_least_row(std::string what, double bound, double measured, const std::string& origin = "");
// A statement about all of a kind, tried on `tried` of them: agrees when it held every time, and was tried.
PublishedRow always_row(std::string what, std::string statement, std::int64_t held, std::int64_t tried);

}  // namespace nadir
