// run.json: what a run read and was told, on which machine, when it ran and why it ended. Schema nadir.run/1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/core/result.hpp"
#include "nadir/io/certificate_file.hpp"

namespace nadir {

struct RunRecord {
  std::string command;          // "solve" or "judge"
  std::string family;
  std::string problem = "{}";   // options of the family, as the text of a JSON object
  std::string solving = "{}";   // options of the command, likewise
  std::int64_t seed = 0;
  std::vector<DataReference> inputs;  // every file that was read: data, and a start or point
  std::string started;          // UTC, of the first part of a resumed run
  std::string ended;            // empty while it runs
  std::string exit_reason = "running";  // then "finished", "time_limit", "interrupted", "numerical_breakdown"
  std::string version;          // of the nadir that wrote it
};

// The words for exit_reason of a run that came to its end (not_run) or was stopped.
std::string exit_reason(Termination stopped);

// Adds version, compiler, machine, BLAS and threads of this process.
std::string run_record_to_json(const RunRecord& record);
// Reads the fields above. Throws InputError naming `place` for anything that is not a nadir.run/1.
RunRecord run_record_from_json(std::string_view text, const std::string& place);

}  // namespace nadir
