#include "nadir/driver/run_writer.hpp"

#include <cstdio>
#include <filesystem>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/driver/trace_file.hpp"
#include "nadir/io/certificate_file.hpp"
#include "nadir/io/point_file.hpp"
#include "nadir/io/trajectory_file.hpp"

namespace nadir {

std::string make_default_folder(std::string_view family) {
  constexpr int most = 999999;
  for (int i = 1; i <= most; ++i) {
    char number[16];
    std::snprintf(number, sizeof number, "%03d", i);
    const std::string path = "nadir-run-" + std::string(family) + "-" + number;
    std::error_code error;
    // Creating is the test: two runs that begin at once get different folders.
    if (std::filesystem::create_directory(path, error)) return path;
    if (error && error != std::errc::file_exists) throw FileError(path, error.message());
  }
  throw FileError("nadir-run-" + std::string(family), "every number is taken; name a folder with -o");
}

void require_unused(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entries(path, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (error == std::errc::not_a_directory) throw InputError("--output " + path, "a folder", "a file");
  if (error) throw FileError(path, error.message());
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (!is_temporary_file_name(name))
      throw InputError("--output " + path, "a new or empty folder, or --resume", "a folder with " + name);
  }
}

void write_record(const RunFolder& folder, const RunRecord& record) {
  folder.write_text(run_files::run, run_record_to_json(record));
}

RunRecord read_record(const RunFolder& folder) {
  return run_record_from_json(folder.read_text(run_files::run), folder.path_of(run_files::run));
}

void write_progress(const RunFolder& folder, const SearchProgress& progress) {
  folder.write_text(run_files::trace, trace_to_csv(progress.trace));
  folder.write_checkpoint(to_state(progress));
}

std::optional<SearchProgress> read_progress(const RunFolder& folder) {
  if (!folder.has_checkpoint()) return std::nullopt;
  return progress_from_state(folder.read_checkpoint(),
                             trace_from_csv(folder.read_text(run_files::trace), folder.path_of(run_files::trace)));
}

void write_judgement(const RunFolder& folder, Family& family, const RunOutcome& outcome) {
  NamedArrays arrays = point_arrays(outcome.point);
  if (const auto& escape = outcome.judgement.verdict.escape) {
    Point displacement(outcome.point.layout);
    displacement.values = escape->displacement;
    for (auto& array : point_arrays(displacement, escape_prefix)) arrays.push_back(std::move(array));
  }
  folder.write_npz(run_files::point, arrays);
  if (!outcome.trajectory.iterations.empty())
    folder.write_npz(run_files::trajectory, trajectory_arrays(outcome.trajectory, outcome.point.layout));
  for (const auto& [name, text] : family.side_files()) folder.write_text(name, text);
  folder.write_npz(run_files::witness, outcome.judgement.certificate.witness);
  folder.write_text(run_files::verdict, result_json(outcome) + "\n");
  write_certificate(folder.path(), std::string(family.name()), family.options(), outcome.judgement.certificate);
}

}  // namespace nadir
