#include "nadir/linalg/orthogonal_factor.hpp"

#include "nadir/linalg/dense.hpp"

namespace nadir {

Matrix orthogonal_factor(ConstMatrixView M) {
  const Svd decomposition = svd(M);
  return product(decomposition.U, decomposition.Vt);
}

}  // namespace nadir
