// A survey as text for a person: the classes with their shares, a histogram of the values, the saddles.
#pragma once

#include <string>

#include "nadir/driver/survey/survey_result.hpp"

namespace nadir {

// Ends in a newline. The same for a survey that is repeated or resumed, but for the folder's name in the last line.
std::string survey_text(const SurveyResult& result);

}  // namespace nadir
