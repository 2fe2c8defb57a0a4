#include "nadir/driver/run_outcome.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

// JSON has neither NaN nor infinity.
Json number_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json ends_json(const std::vector<End>& ends) {
  Json list = Json::array();
  for (const End& end : ends)
    list.push_back({{"value", number_or_null(end.value)},
                    {"verdict", name(end.headline)},
                    {"rigor", name(end.rigor)},
                    {"count", end.count}});
  return list;
}

}  // namespace

std::string ends_to_json(const std::vector<End>& ends) { return ends_json(ends).dump(); }

std::vector<End> ends_from_json(const std::string& text, const std::string& place) {
  std::vector<End> ends;
  try {
    for (const Json& item : Json::parse(text)) {
      const Json& value = item.at("value");
      ends.push_back({value.is_null() ? std::nan("") : value.get<double>(),
                      headline_from_name(item.at("verdict").get<std::string>()),
                      rigor_from_name(item.at("rigor").get<std::string>()), item.at("count").get<std::int64_t>()});
    }
  } catch (const Json::exception&) {
    throw InputError(place + ": details.ends", "a list of value, verdict, rigor and count", "something else");
  }
  return ends;
}

std::string result_json(const RunOutcome& outcome) {
  Json details = Json::object();
  if (!outcome.solver.empty()) {
    details["solver"] = outcome.solver;
    details["termination"] = name(outcome.termination);
    details["iterations"] = outcome.counts.iterations;
    details["escapes"] = outcome.escapes;
    details["ends"] = ends_json(outcome.ends);
  }
  if (outcome.stopped != Termination::not_run) details["stopped"] = name(outcome.stopped);
  return verdict_to_json(outcome.judgement.verdict, outcome.seconds, details.dump());
}

RunFacts run_facts(const RunOutcome& outcome) {
  return {.solver = outcome.solver,
          .termination = outcome.termination,
          .iterations = outcome.counts.iterations,
          .escapes = outcome.escapes,
          .ends = outcome.ends,
          .seconds = outcome.seconds,
          .folder = outcome.folder,
          .has_certificate = !outcome.folder.empty()};
}

}  // namespace nadir
