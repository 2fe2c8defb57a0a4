#include "nadir/driver/survey/survey_function.hpp"

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/version.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/driver/survey/gather.hpp"
#include "nadir/io/options_json.hpp"

namespace nadir {

FunctionSurvey survey_function(Family& family, SurveyRequest request, const SurveyDatabase::Identity& identity, const SurveyHooks& hooks) {
  const Stopwatch watch;
  wanted_minima(request.until);
  require_solver_of(family, request);
  if (request.run.output.empty()) throw InputError("--output", "the folder for the survey", "nothing");
  if (!request.run.resume) require_unused(request.run.output);
  SurveyDatabase::Identity all = identity;
  all.emplace_back("solving", options_to_json(fixed_rows_of(request)));
  all.emplace_back("seed", std::to_string(request.run.seed));
  all.emplace_back("version", "nadir " + version());

  const RunFolder folder = RunFolder::create(request.run.output);
  folder.remove_leftovers();
  SurveyDatabase database(folder.path_of(survey_files::database), all);
  if (hooks.on_folder) hooks.on_folder(folder.path());
  Conclusion conclusion = gather(family, request, 1, database, hooks);
  FunctionSurvey survey{std::move(conclusion.result), std::move(conclusion.best)};
  survey.result.folder = folder.path();
  survey.result.seconds = watch.seconds();
  folder.write_text(survey_files::result, survey_json(survey.result));
  if (!survey.best && survey.result.stopped == Termination::not_run)
    throw NumericalBreakdown("no start comes to an end with a finite value; try other starts");
  return survey;
}

}  // namespace nadir
