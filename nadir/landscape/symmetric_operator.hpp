// A symmetric operator as spectra see it: products in double, and rough ones in single precision where they pay.
#pragma once

#include <cstdint>

#include "nadir/core/problem.hpp"
#include "nadir/linalg/krylov.hpp"

namespace nadir {

// Products refer to what they were made of, which must outlive them.
struct SymmetricOperator {
  Index dimension = 0;
  BlockKrylov<double>::Operator exact;
  BlockKrylov<float>::Operator rough;  // empty where single precision does not pay
};

SymmetricOperator hessian_operator(const Expansion& expansion, Index dimension);

// Rows and columns first, ..., first + count - 1 of the operator, by products of the whole with zeros elsewhere.
SymmetricOperator diagonal_block(const SymmetricOperator& whole, Index first, Index count);

// |rough v - exact v| / |exact v| for one random vector: what single precision costs. Infinity where there are no rough
// products or they leave the range of float. Cost: a product of each kind.
double rough_error(const SymmetricOperator& op, std::uint64_t seed);
// Single precision will do where that is at most a hundredth of the tolerance of eigenvalues.
inline bool is_good_enough(double rough_error, double tol) { return rough_error <= 0.01 * tol; }

// The whole matrix, symmetrised, from its products with the identity.
Matrix assemble(const SymmetricOperator& op);

}  // namespace nadir
