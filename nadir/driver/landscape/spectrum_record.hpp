// spectrum.json: the spectrum of a run's Hessian. Schema nadir.spectrum/1 (docs/formats/spectrum.md).
#pragma once

#include <cstdint>
#include <string>

#include "nadir/landscape/spectrum.hpp"

namespace nadir {

struct SpectrumFacts {
  std::string family;
  double value = 0.0;         // of the problem at the point
  std::string point_sha256;   // of point.npz
  std::int64_t seed = 0, probes = 0;
  double seconds = 0.0;
};

std::string spectrum_to_json(const Spectrum& spectrum, const SpectrumFacts& facts);

}  // namespace nadir
