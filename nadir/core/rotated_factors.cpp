#include "nadir/core/rotated_factors.hpp"


#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/orthogonal_factor.hpp"

namespace nadir {

std::optional<Point> rotated_factors(const Point& point, const Point& reference) {
  const Index rank = point.layout.num_blocks() > 0 ? point.layout[0].cols : 0;
  if (point.layout != reference.layout || rank == 0) return std::nullopt;
  Matrix M(rank, rank);
  for (std::size_t i = 0; i < point.layout.num_blocks(); ++i) {
    if (point.layout[i].cols != rank) return std::nullopt;
    multiply(1.0, point.block(i), Op::transpose, reference.block(i), Op::none, 1.0, M);
  }
  if (!all_finite(M)) return std::nullopt;
  const Matrix Q = orthogonal_factor(M);
  Point rotated(point.layout);
  for (std::size_t i = 0; i < point.layout.num_blocks(); ++i) multiply(1.0, point.block(i), Op::none, Q, Op::none, 0.0, rotated.block(i));
  return rotated;
}

}  // namespace nadir
