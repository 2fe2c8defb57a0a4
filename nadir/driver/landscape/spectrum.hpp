// landscape spectrum: the Hessian's eigenvalues at the point of a run.
#pragma once

#include <atomic>
#include <string>

#include "nadir/core/options.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/landscape/spectrum.hpp"

namespace nadir {

struct SpectrumRequest {
  std::string folder;  // of a run
  std::int64_t top = 5, probes = 10, steps = 80;
  bool exact = false;  // no products in single precision
  RunOptions run;      // seed and time limit
};
OptionList rows(SpectrumRequest& request);

struct SpectrumRun {
  Spectrum spectrum;
  std::string family;
  double value = 0.0;
  std::string json;  // spectrum.json as it was written
};

// Rebuilds the problem from the folder's certificate and its data, examines the Hessian at its point, and writes
// spectrum.json into the folder, whole (docs/formats/spectrum.md). A time limit or an interrupt is an outcome
// (Spectrum::is_stopped): what was found until then is written, its intervals honest.
//
// Throws InputError for a folder that holds no finished run and for data that are gone or changed, NumericalBreakdown
// where products with the Hessian leave the range of double.
SpectrumRun examine_run_spectrum(const SpectrumRequest& request, const std::atomic<bool>* interrupt = nullptr);

}  // namespace nadir
