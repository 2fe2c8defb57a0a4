// Slices and paths as the page draws them: the objects of docs/formats/slice.md and path.md, thinned where they are long.
//
// A picture of a page has some hundred pixels a side, and a page stays small enough to be sent: grids keep at most
// 101 x 101 of their places (a line 2000) and curves 2000 of their points, among them the ends, the place nearest the run's
// point, the least value and the greatest; iterates of a trajectory keep 600. Numbers keep the digits that a picture and
// a reader of it need. The files themselves are never changed.
//
// A slice gets one key more:
//
//   "page": {"places": [401, 401], "digits": 6, "trajectory": 20000, "points": 812,
//            "least": {"value": 0.2, "coordinates": [0.5, 0]}, "greatest": {"value": 7, "coordinates": [1, 1]}}
//
// `places`, `trajectory` and `points` count what the file has; `least` and `greatest` are over every value that was
// evaluated (of an adaptive slice its points, not what is interpolated between them), in full precision; null where there
// is none. More than 1500 `adaptive.points` are left out.
#pragma once

#include <string>

namespace nadir {

// `text` is the file's, `place` its name for messages. The text "null" where it is of another schema. Throws InputError where it
// is no JSON or lacks what the schema promises.
std::string page_slice(const std::string& text, const std::string& place);
std::string page_path(const std::string& text, const std::string& place);

}  // namespace nadir
