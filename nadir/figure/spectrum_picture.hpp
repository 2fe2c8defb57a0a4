// The spectrum of a Hessian: its density with the band of what it may be off by, and below it the eigenvalues at the ends
// with their error bounds, and the ranges in which there are none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/figure/picture_options.hpp"

namespace nadir::figures {

struct SpectrumEnd {
  double value = 0.0, residual = 0.0;  // an eigenvalue lies within `residual`
  bool is_converged = false;
};

// The numbers of docs/formats/spectrum.md that are drawn. Numbers that are not finite were not determined.
struct SpectrumData {
  std::string family;
  std::int64_t dimension = 0;
  bool is_whole = false;
  double confidence = 0.99;
  std::vector<SpectrumEnd> ends;
  double none_below = 0.0, none_above = 0.0;
  double sigma = 0.0, quadrature_error = 0.0;
  std::vector<double> points, values, half_widths;
  std::vector<double> peaks;
};

// Linear unless a logarithmic scale of the density is asked for. It ends a decade below the height of one eigenvalue.
Drawing draw_spectrum(const SpectrumData& data, const PictureOptions& options);

}  // namespace nadir::figures
