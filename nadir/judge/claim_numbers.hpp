// Numbers on their way into claims, sentences and witnesses.
#pragma once

#include <span>
#include <string>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

// A claim leaves room of its own width on either side: another summation order, in whoever checks it, may enclose the same
// number a little less tightly. Exact values stay exact.
Interval with_room(const Interval& x);

// Three digits, for a sentence: "1.23e-05".
std::string short_text(double x);

// As a witness.
Matrix as_column(std::span<const double> v);

}  // namespace nadir
