// The inertia of a symmetric matrix of doubles, in exact arithmetic: the only way to tell a zero eigenvalue.
//
// Every double is a dyadic rational, so a power of two makes the matrix integral. All roots of its
// characteristic polynomial are real, and then Descartes' rule of signs is an equality: the positive roots,
// counted with multiplicity, are as many as the sign changes of the coefficients; the zero roots are the
// vanishing trailing coefficients.
#pragma once

#include <optional>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct ExactInertia {
  Index negative = 0, zero = 0, positive = 0;
  friend bool operator==(const ExactInertia&, const ExactInertia&) = default;
};

// Nothing for an entry that is not finite, for a matrix that is not exactly symmetric, and where the entries
// span more than 2048 binary digits (too costly). InputError unless A is square. Cost: about n^4 operations on
// integers of n times the entries' length; meant for n up to about a hundred.
std::optional<ExactInertia> exact_inertia(ConstMatrixView A);

}  // namespace nadir
