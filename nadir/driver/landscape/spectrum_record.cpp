#include "nadir/driver/landscape/spectrum_record.hpp"

#include <nlohmann/json.hpp>

#include "nadir/driver/internal/json_numbers.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

Json eigenvalue(const ExtremeEigenvalue& e) {
  return {{"value", json_number(e.value)}, {"residual", json_number(e.residual)}, {"likely_error", json_number(e.likely_error)}, {"converged", e.is_converged}};
}

Json eigenvalues(const std::vector<ExtremeEigenvalue>& list) {
  Json array = Json::array();
  for (const ExtremeEigenvalue& e : list) array.push_back(eigenvalue(e));
  return array;
}

Json trace(const TraceEstimate& t) { return {{"value", json_number(t.value)}, {"half_width", json_number(t.half_width)}}; }

Vector mean_weights(const SpectralMeasure& m) {
  Vector mean(m.nodes.size(), 0.0);
  for (Index p = 0; p < m.weights.cols(); ++p)
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += m.rest() * m.weights(static_cast<Index>(k), p) / static_cast<double>(m.weights.cols());
  return mean;
}

}  // namespace

std::string spectrum_to_json(const Spectrum& s, const SpectrumFacts& facts) {
  Json blocks = Json::array();
  for (const BlockSpectrum& b : s.blocks)
    blocks.push_back({{"name", b.name}, {"dimension", b.dimension}, {"trace", trace(b.trace)}, {"least", eigenvalue(b.least)}, {"greatest", eigenvalue(b.greatest)}});
  const Json object{
      {"schema", "nadir.spectrum/1"},
      {"family", facts.family},
      {"value", json_number(facts.value)},
      {"point_sha256", facts.point_sha256},
      {"dimension", s.dimension},
      {"complete", !s.is_stopped},
      {"whole", s.is_whole},
      {"confidence", s.confidence},
      {"extremes",
       {{"least", eigenvalues(s.extremes.least)},
        {"greatest", eigenvalues(s.extremes.greatest)},
        {"none_below", json_number(s.extremes.none_below)},
        {"none_above", json_number(s.extremes.none_above)},
        {"failure_probability", s.extremes.failure_probability}}},
      {"trace", trace(s.trace)},
      {"blocks", blocks},
      {"density",
       {{"sigma", json_number(s.density.sigma)},
        {"quadrature_error", json_number(s.density.quadrature_error)},
        {"points", json_numbers(s.density.points)},
        {"values", json_numbers(s.density.values)},
        {"half_widths", json_numbers(s.density.half_widths)}}},
      {"measure", {{"peaks", json_numbers(s.measure.peaks)}, {"nodes", json_numbers(s.measure.nodes)}, {"weights", json_numbers(mean_weights(s.measure))}}},
      {"seed", facts.seed},
      {"probes", facts.probes},
      {"steps", s.steps},
      {"products", s.num_products},
      {"rough_error", json_number(s.extremes.rough_error)},
      {"seconds", json_number(facts.seconds)},
  };
  return object.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nadir
