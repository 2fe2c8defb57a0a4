// The theorems about critical points of unpenalised deep linear networks, as evidence: which apply to these
// data and this point, and what they say of it. They explain a verdict; it does not rest on them alone.
#pragma once

#include <span>

#include "nadir/judge/judgement_builder.hpp"
#include "nadir/problems/linear_network/judge.hpp"

namespace nadir {

// Adds: the absence of spurious minima; Kawaguchi's hypotheses on the data; Kawaguchi's (iv) at this point;
// the test of Yun, Sra and Jadbabaie (theorems 2.1 and 2.2) if the point is critical.
void add_theorems(JudgementBuilder& builder, const JudgedNetwork& network, std::span<const double> x, bool is_critical);

}  // namespace nadir
