// The density of a spectrum as a measure with few nodes, smoothed by a Gaussian.
//
//   phi(t) = 1/n sum_i N(t; lambda_i, sigma^2),
// known through eigenvalues that were found one by one (`peaks`, weight 1/n each) and, for the rest, through probes: a
// unit vector u sees the measure mu_u = sum_i (v_i^T u)^2 delta(lambda_i), whose mean over the sphere is the density.
// Lanczos gives its quadrature, nodes theta_k with weights (first components squared), exact for polynomials up to degree
// 2m - 1 after m steps [UbaruChenSaad2017; GolubVanLoan2013, sec. 10.2]. So what a smoothed density is off by has two parts:
//   probes      the spread of the probes' smoothed measures, as a confidence interval at every t;
//   quadrature  at most 2 sup |f - p| over polynomials p of degree 2m - 1 on an interval that holds the nodes and the rest
//               of the spectrum, f the Gaussian: bounded by the tail of its Chebyshev series [Trefethen2013, ch. 3-4].
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct SpectralMeasure {
  Index dimension = 0;
  Vector peaks;    // eigenvalues known one by one
  Vector nodes;    // ascending
  Matrix weights;  // nodes x probes; columns sum to 1, or to 0 where the peaks are all there is

  double rest() const { return static_cast<double>(dimension - std::ssize(peaks)) / static_cast<double>(dimension); }
};

struct SmoothedDensity {
  double sigma = 0.0;             // of the Gaussian
  Vector points, values;          // an even grid, and the density on it
  Vector half_widths;             // of the interval around each value, from the spread of the probes
  double quadrature_error = 0.0;  // bound that holds at every point beside
};

// `steps` of Lanczos; 0: the nodes are the spectrum itself, and there is no error. `quantile` as of Student's distribution.
SmoothedDensity smooth(const SpectralMeasure& measure, double sigma, Index steps, double quantile, Index num_points = 512);

// 2 sum_{k > degree} |c_k| for the Chebyshev coefficients of exp(-(t - x)^2 / (2 sigma^2)) on an interval of that length,
// the largest over centres x in it.
double gaussian_quadrature_error(double sigma, double length, Index degree);

}  // namespace nadir
