// The verdict object: verdict.json, and what `--json` prints. Schema nadir.verdict/1, docs/formats/verdict.md.
//
// Doubles are written with the fewest digits that read back to the same bits. JSON has neither NaN nor
// infinity: such a value is null, and null reads back as what "not known" is for that key (lower_bound
// -infinity, gap +infinity, everything else NaN).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "nadir/core/verdict.hpp"

namespace nadir {

using Seconds = std::map<std::string, double>;  // {"load": 0.01, "solve": 0.4, "judge": 0.02}

// `more_details` is the text of a JSON object whose members join those of Verdict::details: what a vector
// or a number cannot say, such as the list of ends of several starts. The escape's displacement is not
// in the text; it stands in point.npz under the prefix escape/.
std::string verdict_to_json(const Verdict& verdict, const Seconds& seconds, std::string_view more_details = "{}");

struct StoredVerdict {
  Verdict verdict;  // escape, if any, without its displacement
  Seconds seconds;
};

// Inverse of verdict_to_json; details that are lists of other things than numbers, or objects, come back
// as their JSON text. `place` names the file in messages. Throws InputError for anything that is not a
// nadir.verdict/1: a missing key, a wrong type, an unknown name. Unknown keys are allowed.
StoredVerdict verdict_from_json(std::string_view text, const std::string& place);

}  // namespace nadir
