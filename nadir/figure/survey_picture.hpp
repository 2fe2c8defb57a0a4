// What the starts of a survey reached: the values of all ends as a histogram with the classes below it, and saddles by
// index against value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/figure/picture_options.hpp"

namespace nadir::figures {

struct SurveyPictureClass {
  std::string verdict;
  double value = 0.0;
  std::int64_t count = 0;
  std::int64_t negative = -1;  // the index; below 0: not determined
};

// Saddles of one index.
struct SurveyPictureSaddles {
  std::int64_t negative = -1, count = 0;
  double least = 0.0, median = 0.0, largest = 0.0;  // of their values
};

// The numbers of docs/formats/survey.md that are drawn.
struct SurveyData {
  std::string family;
  std::int64_t starts = 0;
  std::vector<double> edges;  // one more than counts
  std::vector<std::int64_t> counts;
  bool is_logarithmic = false;
  std::vector<SurveyPictureClass> classes;
  std::vector<SurveyPictureSaddles> saddles;
};

// The scale is that of the values: the histogram's own, unless another is asked for. Throws InputError where a logarithmic
// one is asked for and values are not above 0.
Drawing draw_survey(const SurveyData& data, const PictureOptions& options);

}  // namespace nadir::figures
