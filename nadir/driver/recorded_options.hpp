// Options of a resumed run: taken from its record where they are not given again, compared where they are.
#pragma once

#include <string>
#include <vector>

#include "nadir/core/options.hpp"
#include "nadir/driver/run_record.hpp"

namespace nadir {

// Where a file stands that is named relative to a run folder and is there; "" where none is. "file.npz:name" names an array.
std::string path_below(const std::string& folder, const std::string& path);

// Writes the fields of `rows` that are not in `given` from `json` (an object as io/options_json.hpp writes it).
// `scratch` are rows of a second object of the same kind, overwritten. Data are compared by fingerprint only
// (require_same_inputs); their path is taken from `record` where it is not given. A file below the folder of `place`, with the
// recorded fingerprint, comes before others: it is loaded at once, and keeps its path.
// Throws InputError naming the option when a given one differs from what the run began with.
void take_recorded(const OptionList& rows, const OptionList& scratch, const std::string& json,
                   const std::vector<std::string>& given, const RunRecord& record, const std::string& place);

// Throws InputError naming the file when an input is another one, or has other bytes, than in the record.
void require_same_inputs(const std::vector<DataReference>& inputs, const RunRecord& record, const std::string& place);

}  // namespace nadir
