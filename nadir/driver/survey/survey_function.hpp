// survey_function: the same survey of a function that belongs to no family of the registry, one of the user's own say.
//
// There is no certificate and nothing to verify: the folder holds survey.sqlite and survey.json (docs/formats/survey.md) and
// no run.json. Everything is `numerical` unless the family's own judge says more.
#pragma once

#include <optional>
#include <string>

#include "nadir/driver/survey/survey.hpp"

namespace nadir {

struct FunctionSurvey {
  SurveyResult result;
  std::optional<SurveyEnd> best;  // the strongest verdict among ends of the least value
};

// `family` is prepared and stays on the calling thread, where every start is solved, one after another. `identity` is what
// the caller can say of the function (its dimension, a digest of its starts): a survey that is resumed with another one
// is refused, but nobody can see whether the function itself is the same.
//
// request.run.output names the folder, new or empty unless resumed. Throws InputError, FileError, NumericalBreakdown where
// every start breaks down, and what the function throws: the ends so far are then in the database.
FunctionSurvey survey_function(Family& family, SurveyRequest request, const SurveyDatabase::Identity& identity,
                               const SurveyHooks& hooks = {});

}  // namespace nadir
