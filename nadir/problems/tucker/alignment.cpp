#include "nadir/problems/tucker/alignment.hpp"

#include <utility>
#include <vector>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/orthogonal_factor.hpp"
#include "nadir/problems/tucker/model.hpp"
#include "nadir/problems/tucker/normal_form.hpp"

namespace nadir {
namespace {

constexpr int max_sweeps = 200;
constexpr double least_gain = 1e-14;  // of a sweep, relative to the squared lengths

double squared_distance(const Vector& x, const Vector& y) {
  Vector difference = x;
  axpy(-1.0, y, difference);
  return dot(difference, difference);
}

// The point after one best rotation for each mode, as far as the factors and, if it counts, the core tell.
Vector rotated(const TuckerData& data, const Layout& layout, const Vector& values, const TuckerFactors& to, bool core_counts) {
  const TuckerFactors from = factors_of(data, layout, values);
  Tensor<double> core = from.core;
  std::vector<Matrix> A;
  for (std::size_t k = 0; k < from.A.size(); ++k) {
    const int mode = static_cast<int>(k);
    Matrix M(from.A[k].cols, from.A[k].cols);
    if (core_counts) M = unfolding_product(core.view(), to.core.view(), mode);
    multiply(1.0, from.A[k], Op::transpose, to.A[k], Op::none, 1.0, M);
    const Matrix Q = orthogonal_factor(M);
    A.push_back(product(from.A[k], Q));
    core = mode_product(core.view(), mode, Q, Op::transpose);
  }
  return flat_point(data, layout, core, A);
}

// Coordinate ascent from x; returns the squared distance that is left.
double climb(const TuckerData& data, const Layout& layout, Vector& x, const Vector& reference, const TuckerFactors& to, double enough) {
  double least = squared_distance(x, reference);
  for (int sweep = 0; sweep < max_sweeps; ++sweep) {
    Vector next = rotated(data, layout, x, to, true);
    const double distance = squared_distance(next, reference), gain = least - distance;
    if (!(gain > 0.0)) break;
    x = std::move(next);
    least = distance;
    if (!(gain > enough)) break;
  }
  return least;
}

bool is_finite(const Point& p) { return all_finite(ConstMatrixView(p.values.data(), std::ssize(p.values), 1)); }

}  // namespace

std::optional<AlignedPoint> aligned_tucker(const TuckerData& data, const Point& point, const Point& reference) {
  if (point.layout != reference.layout || !is_finite(point) || !is_finite(reference)) return std::nullopt;
  const TuckerFactors to = factors_of(data, reference.layout, reference.values);
  AlignedPoint best{point, "factors and core rotated"};
  double least = squared_distance(point.values, reference.values);
  const double enough = least_gain * (dot(point.values, point.values) + dot(reference.values, reference.values));
  for (const bool by_factors_first : {true, false}) {
    Vector x = by_factors_first ? rotated(data, point.layout, point.values, to, false) : point.values;
    const double distance = climb(data, point.layout, x, reference.values, to, enough);
    if (distance < least) best.point.values = std::move(x), least = distance;
  }
  return best;
}

}  // namespace nadir
