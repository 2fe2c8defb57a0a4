// What is drawn, read back from the files of a run folder: spectrum.json, slice.json, path.json, survey.json. Unknown keys are
// passed over; null is NaN.
//
// All throw InputError naming `place` for text that is not what the format's page in docs/formats says.
#pragma once

#include <string>
#include <string_view>

#include "nadir/figure/path_picture.hpp"
#include "nadir/figure/slice_picture.hpp"
#include "nadir/figure/spectrum_picture.hpp"
#include "nadir/figure/survey_picture.hpp"

namespace nadir {

figures::SpectrumData spectrum_from_json(std::string_view text, const std::string& place);
figures::SliceData slice_from_json(std::string_view text, const std::string& place);
figures::PathData path_from_json(std::string_view text, const std::string& place);
figures::SurveyData survey_from_json(std::string_view text, const std::string& place);

}  // namespace nadir
