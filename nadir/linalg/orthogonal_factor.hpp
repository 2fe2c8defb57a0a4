// The orthogonal Procrustes problem.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// The orthogonal Q that maximises tr(Q^T M): P R^T of the singular value decomposition M = P D R^T [GolubVanLoan2013,
// sec. 6.4.1]. With M = B^T A it minimises |B Q - A|_F. M is square; finite entries are the caller's to see to. Where M is
// singular Q is one of several.
Matrix orthogonal_factor(ConstMatrixView M);

}  // namespace nadir
