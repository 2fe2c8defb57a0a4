#include "nadir/driver/stored_run.hpp"

#include <variant>

#include "nadir/base/error.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/io/run_folder.hpp"
#include "nadir/io/verdict_json.hpp"

namespace nadir {
namespace {

// Takes what result_json added out of the details. A detail of another type than expected stays where it is.
bool take(const Detail& detail, RunFacts& facts, const std::string& place) {
  const auto* text = std::get_if<std::string>(&detail.value);
  const auto* integer = std::get_if<std::int64_t>(&detail.value);
  if (text && detail.name == "solver") facts.solver = *text;
  else if (text && detail.name == "termination") facts.termination = termination_from_name(*text);
  else if (text && detail.name == "ends") facts.ends = ends_from_json(*text, place);
  else if (integer && detail.name == "iterations") facts.iterations = *integer;
  else if (integer && detail.name == "escapes") facts.escapes = *integer;
  else return false;
  return true;
}

}  // namespace

StoredRun load_run(const std::string& path) {
  const RunFolder folder = RunFolder::open(path);
  const std::string place = folder.path_of(run_files::verdict);
  if (!folder.has(run_files::verdict)) {
    const RunRecord record = read_record(folder);
    throw InputError(place, "a verdict", "a run that has none yet (" + record.exit_reason + "; nadir solve " +
                                             record.family + " --resume -o " + path + " goes on)");
  }
  StoredRun run;
  run.json = folder.read_text(run_files::verdict);
  StoredVerdict stored = verdict_from_json(run.json, place);
  run.facts.seconds = stored.seconds;
  run.facts.folder = path;
  run.facts.has_certificate = folder.has(run_files::certificate);
  std::erase_if(stored.verdict.details, [&](const Detail& detail) { return take(detail, run.facts, place); });
  run.verdict = std::move(stored.verdict);
  return run;
}

}  // namespace nadir
