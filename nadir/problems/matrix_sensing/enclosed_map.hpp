// The measurement map and its adjoint, enclosed: every rounding error bounded (rigor/product.hpp).
//
// Dense operators are taken in chunks of one row of X at a time, some chunks in parallel, added in order: each
// passes through the cache once and the result does not depend on threads. On dyadic data that fit, radii are zero.
#pragma once

#include "nadir/problems/matrix_sensing/data.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// A(L R^T): num_measurements x 1. L is rows x r, R cols x r.
BallMatrix enclose_measurements(const SensingData& data, const BallMatrix& L, const BallMatrix& R);
// sum_k w_k A_k: rows x cols; w is num_measurements x 1. Symmetric for psd.
BallMatrix enclose_adjoint(const SensingData& data, const BallMatrix& w);
// The Jacobian of U -> A(U R^T): num_measurements x (rows r), entry ((k), (i + c rows)) is (A_k R)(i, c).
BallMatrix enclose_left_jacobian(const SensingData& data, const BallMatrix& R);
// The Jacobian of V -> A(L V^T): num_measurements x (cols r).
BallMatrix enclose_right_jacobian(const SensingData& data, const BallMatrix& L);
// At least sup |A(X)| / |X|_F: sharp for small operators, the Frobenius norm for large ones.
double operator_norm_upper(const SensingData& data);

}  // namespace nadir
