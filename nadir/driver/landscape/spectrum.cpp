#include "nadir/driver/landscape/spectrum.hpp"

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/driver/report.hpp"
#include "nadir/driver/landscape/spectrum_record.hpp"
#include "nadir/driver/stored_problem.hpp"
#include "nadir/io/run_folder.hpp"

namespace nadir {

OptionList rows(SpectrumRequest& r) {
  return {
      option("top", r.top, "eigenvalues at each end").at_least(1).at_most(1000),
      option("probes", r.probes, "random probes; more narrow the intervals of trace and density").at_least(2).at_most(1000),
      option("steps", r.steps, "of Lanczos at most; the density is resolved to that part of the range").at_least(2).at_most(10000),
      option("exact", r.exact, "every product in double precision, also where single would do"),
  };
}

SpectrumRun examine_run_spectrum(const SpectrumRequest& request, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const RunFolder folder = RunFolder::open(request.folder);
  const StoredProblem stored = load_stored_problem(folder.path());
  const std::unique_ptr<Expansion> expansion = stored.family->problem().expand(stored.point.values);
  SpectrumOptions options{.top = request.top, .probes = request.probes, .steps = request.steps, .may_be_rough = !request.exact};
  options.seed = static_cast<std::uint64_t>(request.run.seed);
  options.should_stop = [&] { return (interrupt && interrupt->load()) || watch.seconds() > request.run.time_limit; };
  SpectrumRun run{.spectrum = examine_spectrum(*expansion, stored.point.layout, options),
                  .family = std::string(stored.family->name()),
                  .value = expansion->value(),
                  .json = {}};
  if (!run.spectrum.is_finite)
    throw NumericalBreakdown("a product with the Hessian at the point of " + folder.path() + " is not finite; scale the data towards 1");
  const SpectrumFacts facts{.family = run.family,
                            .value = run.value,
                            .point_sha256 = sha256_of_file(folder.path_of(run_files::point)),
                            .seed = request.run.seed,
                            .probes = request.probes,
                            .seconds = watch.seconds()};
  run.json = spectrum_to_json(run.spectrum, facts);
  folder.write_text(run_files::spectrum, run.json);
  try_write_report(folder.path());  // the page shows the spectrum; it stays as it was where it cannot be made
  return run;
}

}  // namespace nadir
