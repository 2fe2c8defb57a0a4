// The starts of a survey, and then what their ends are beside one another: all of a survey but its folder.
#pragma once

#include "nadir/driver/survey/conclude.hpp"
#include "nadir/driver/survey/survey.hpp"

namespace nadir {

// 20 of "minima=20"; 0 where nothing is wished. Throws InputError for another wish.
std::int64_t wanted_minima(const std::string& until);

// The family is prepared. The result lacks what belongs to the folder.
Conclusion gather(Family& family, const SurveyRequest& request, int workers, SurveyDatabase& database, const SurveyHooks& hooks);

// Throws InputError for a solver that is none or cannot solve this problem, and for options that are not its own.
void require_solver_of(const Family& family, SurveyRequest& request);

// The options that a resumed survey may not change.
OptionList fixed_rows_of(SurveyRequest& request);

}  // namespace nadir
