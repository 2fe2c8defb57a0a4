// What solve and judge write into a run folder, in the order that leaves it consistent wherever it is cut off.
#pragma once

#include <optional>
#include <string>

#include "nadir/core/family.hpp"
#include "nadir/driver/run_outcome.hpp"
#include "nadir/driver/run_record.hpp"
#include "nadir/driver/search.hpp"
#include "nadir/io/run_folder.hpp"

namespace nadir {

// The first free nadir-run-FAMILY-NNN in the working directory, created empty. Throws FileError.
std::string make_default_folder(std::string_view family);

// Throws InputError when the path exists and holds anything but temporary files of a killed run.
void require_unused(const std::string& path);

void write_record(const RunFolder& folder, const RunRecord& record);
RunRecord read_record(const RunFolder& folder);

// The trace first, then the state that counts its rows: a cut between the two leaves more rows than counted,
// which reading takes off again.
void write_progress(const RunFolder& folder, const SearchProgress& progress);
// Nothing where there is no checkpoint yet.
std::optional<SearchProgress> read_progress(const RunFolder& folder);

// point.npz, witness.npz, verdict.json and, binding them together, certificate.json.
void write_judgement(const RunFolder& folder, Family& family, const RunOutcome& outcome);

}  // namespace nadir
