// report.html of a run folder: everything the folder holds, read back and put into the page (report/html.hpp).
//
// Runs of every kind have one: finished, stopped by a limit or a signal, broken down. A folder is read, never
// repaired: a damaged file is an InputError with its name.
#pragma once

#include <functional>
#include <string>

#include "nadir/report/words.hpp"

namespace nadir {

// How the run of that folder ended. Throws InputError when the folder holds no run.
RunEnding run_ending(const std::string& path);

// The page's text. Throws InputError when the folder holds no run, FileError when this build has no page.
std::string report_page(const std::string& path);

// Writes DIR/report.html, replacing an earlier one, and returns its path. Throws as report_page does.
std::string write_report(const std::string& path);

// The same at the end of a run, where a page that cannot be written must not cost the result: returns the reason
// instead of throwing; empty where all is well.
std::string try_write_report(const std::string& path);

// Runs the checker on the folder and keeps its answer beside the certificate, as verification.json, for the page. False,
// and nothing is written, where `should_stop` (VerifyOptions) came before the answer.
bool save_verification(const std::string& path, const std::function<bool()>& should_stop = {});

}  // namespace nadir
