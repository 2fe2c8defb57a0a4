// The Hessian across the symmetries, for floating-point spectra.
//
// Directions along the orbits A_k -> A_k C_k, S -> S x_k C_k^{-1} leave X alone, so that the Hessian has sum_k r_k^2 zero
// eigenvalues at every critical point with independent columns, and hides its others among them. With Pi the
// projection on dA_k orthogonal to the columns of A_k (S free) this operator is Pi H Pi + c (I - Pi): at a critical
// point Pi H Pi has the negative eigenvalues of H, as many zero ones less sum_k r_k^2, and c counts as positive.
//
// Factors are of size one and the core of size |T|, so that H is badly scaled: coordinates here are S / s, s a power of two
// near |S|, which changes no sign (Sylvester), and what is small is small for a reason.
#pragma once

#include <vector>

#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

class SliceExpansion final : public Expansion {
 public:
  // Both must outlive this; the factors have independent columns.
  SliceExpansion(const Tucker& problem, const Expansion& whole, std::span<const double> x);

  double value() const override { return whole_.value(); }
  void gradient(std::span<double> out) const override { whole_.gradient(out); }
  void apply_hessian(ConstMatrixView V, MatrixView out) const override;
  // A direction in the coordinates here as one in those of the point.
  void unscale(std::span<double> direction) const;
  double gradient_scale() const override { return whole_.gradient_scale(); }

 private:
  void project(MatrixView V) const;

  const Tucker& problem_;
  const Expansion& whole_;
  std::vector<Matrix> Q_;  // orthonormal bases of the columns, by block A1, A2, ...
  double shift_ = 1.0;     // c
  double core_scale_ = 1.0;  // s
};

// Whether every factor has columns that are independent in floating point.
bool has_independent_columns(const Tucker& problem, std::span<const double> x);

}  // namespace nadir
