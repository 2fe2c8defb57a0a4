#include "nadir/driver/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/base/version.hpp"
#include "nadir/driver/page_landscape.hpp"
#include "nadir/driver/page_trace.hpp"
#include "nadir/driver/repeat_command.hpp"
#include "nadir/driver/run_writer.hpp"
#include "nadir/driver/stored_run.hpp"
#include "nadir/driver/survey/survey.hpp"
#include "nadir/driver/trace_file.hpp"
#include "nadir/driver/verify.hpp"
#include "nadir/io/certificate_file.hpp"
#include "nadir/io/run_folder.hpp"
#include "nadir/report/html.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* verification_file = "verification.json";

// What is small travels inside the page, so that the page alone can be sent; together at most so much.
constexpr std::uintmax_t most_of_a_file = 150'000, most_of_all_files = 600'000;
// Beyond this a digest takes longer than the rest of the page.
constexpr std::uintmax_t most_to_hash = 64'000'000;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json parsed_file(const RunFolder& folder, const char* name) {
  try {
    return Json::parse(folder.read_text(name));
  } catch (const Json::exception& error) {
    throw InputError(folder.path_of(name), "JSON", error.what());
  }
}

Json file_or_null(const RunFolder& folder, const char* name) {
  return folder.has(name) ? parsed_file(folder, name) : Json(nullptr);
}

// What `page` makes of a file that may be there.
Json made_for_page(const RunFolder& folder, const char* name, std::string (*page)(const std::string&, const std::string&)) {
  return folder.has(name) ? Json::parse(page(folder.read_text(name), folder.path_of(name))) : Json(nullptr);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) text += letters[group >> shift & 63];
  }
  for (std::size_t missing = (3 - bytes.size() % 3) % 3, k = 1; k <= missing; ++k) text[text.size() - k] = '=';
  return text;
}

// While a survey runs, and after a kill, the newest rows of its database stand in a file beside it.
bool is_beside_database(const std::string& name) { return name.ends_with("-wal") || name.ends_with("-shm"); }

bool is_unfinished_database(const RunFolder& folder, const std::string& name) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(folder.path_of(name + "-wal"), error);
  return !error && size > 0;
}

std::vector<std::string> names_in(const RunFolder& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path(), error)) {
    const std::string name = entry.path().filename().string();
    const bool is_shown = entry.is_regular_file(error) && name[0] != '.' && name != run_files::report &&
                          name.find(".nadir-tmp-") == std::string::npos && !is_beside_database(name);
    if (is_shown) names.push_back(name);
  }
  if (folder.has_checkpoint()) names.emplace_back(run_files::checkpoint);
  std::sort(names.begin(), names.end());
  return names;
}

Json files_json(const RunFolder& folder) {
  Json list = Json::array();
  std::uintmax_t carried = 0;
  for (const std::string& name : names_in(folder)) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(folder.path_of(name), error);
    if (error) continue;
    Json file{{"name", name}, {"bytes", size}, {"sha256", nullptr}};
    const bool is_whole = !is_unfinished_database(folder, name);
    if (is_whole && size <= most_to_hash) file["sha256"] = sha256_of_file(folder.path_of(name));
    if (is_whole && size <= most_of_a_file && carried + size <= most_of_all_files && name != run_files::checkpoint) {
      carried += size;
      file["base64"] = base64(folder.read_text(name));
    }
    list.push_back(std::move(file));
  }
  return list;
}

// The saved answer of the checker, with whether it is about the certificate that is there now.
Json verification_json(const RunFolder& folder) {
  Json saved = file_or_null(folder, verification_file);
  if (!saved.is_object() || !saved.contains("verification")) return nullptr;
  const bool has_certificate = folder.has(run_files::certificate);
  saved["is_current"] = has_certificate && saved.value("certificate_sha256", "") == sha256_of_file(folder.path_of(run_files::certificate));
  return saved;
}

Json words_json(const PlainWords& words) {
  Json paragraphs = Json::array();
  for (const auto& [heading, text] : words.paragraphs) paragraphs.push_back({{"heading", heading}, {"text", text}});
  return {{"title", words.title}, {"lead", words.lead}, {"paragraphs", paragraphs}};
}

// What a folder holds, whatever came of its run. A folder that was made elsewhere may lack run.json.
struct Contents {
  RunFolder folder;
  std::optional<RunRecord> record;
  std::optional<StoredRun> run;
};

Contents read_contents(const std::string& path) {
  Contents contents{RunFolder::open(path), {}, {}};
  if (contents.folder.has(run_files::run)) contents.record = read_record(contents.folder);
  if (contents.folder.has(run_files::verdict)) contents.run = load_run(path);
  return contents;
}

RunEnding ending_of(const Contents& contents) {
  RunEnding ending;
  ending.folder = contents.folder.path();
  ending.has_certificate = contents.folder.has(run_files::certificate);
  if (contents.record) {
    ending.command = contents.record->command;
    ending.family = contents.record->family;
    ending.exit_reason = contents.record->exit_reason;
  }
  if (contents.run) {
    ending.family = contents.run->verdict.family;
    ending.termination = contents.run->facts.termination;
  }
  return ending;
}

Json trace_json(const Contents& contents) {
  const RunFolder& folder = contents.folder;
  if (!folder.has(run_files::trace)) return nullptr;
  const Trace trace = trace_from_csv(folder.read_text(run_files::trace), folder.path_of(run_files::trace));
  const double bound = contents.run ? contents.run->verdict.lower_bound : -std::numeric_limits<double>::infinity();
  return Json::parse(page_trace(trace, bound));
}

}  // namespace

RunEnding run_ending(const std::string& path) { return ending_of(read_contents(path)); }

std::string report_page(const std::string& path) {
  const Contents contents = read_contents(path);
  const RunFolder& folder = contents.folder;
  const Json verification = verification_json(folder);
  RunEnding ending = ending_of(contents);
  if (verification.is_object() && verification["is_current"]) ending.is_verified = verification["verification"].value("verified", false);
  PageContent page;
  page.words = contents.run ? in_words(contents.run->verdict, ending) : in_words_without_verdict(ending);
  if (contents.run) {
    page.verdict = name(contents.run->verdict.headline);
    page.rigor = name(contents.run->verdict.rigor);
  }
  page.title = (page.verdict.empty() ? "no verdict" : page.verdict) + " \u00b7 " + ending.family + " \u00b7 nadir";
  page.kicker = "nadir" + (ending.command.empty() ? "" : " " + ending.command) + " \u00b7 " + ending.family;
  page.json = dumped({{"schema", "nadir.page/1"},
                      {"made_by", "nadir " + version()},
                      {"folder", fs::absolute(folder.path()).lexically_normal().filename().string()},
                      {"words", words_json(page.words)},
                      {"verdict", contents.run ? Json::parse(contents.run->json) : Json(nullptr)},
                      {"run", file_or_null(folder, run_files::run)},
                      {"command", contents.record ? Json(repeat_command(*contents.record, folder.path_of(run_files::run))) : Json(nullptr)},
                      {"certificate", file_or_null(folder, run_files::certificate)},
                      {"verification", verification},
                      {"trace", trace_json(contents)},
                      {"survey", file_or_null(folder, survey_files::result)},
                      {"spectrum", file_or_null(folder, run_files::spectrum)},
                      {"slice", made_for_page(folder, run_files::slice, page_slice)},
                      {"path", made_for_page(folder, run_files::path, page_path)},
                      {"files", files_json(folder)}});
  return html_page(page);
}

std::string write_report(const std::string& path) {
  const RunFolder folder = RunFolder::open(path);
  folder.write_text(run_files::report, report_page(path));
  return folder.path_of(run_files::report);
}

std::string try_write_report(const std::string& path) {
  try {
    if (!has_page()) return missing_page_text();
    write_report(path);
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool save_verification(const std::string& path, const std::function<bool()>& should_stop) {
  const RunFolder folder = RunFolder::open(path);
  VerifyOptions options;
  options.should_stop = should_stop;
  const Verification verification = verify(path, options);
  if (!verification.is_decided) return false;
  const Json saved{{"schema", "nadir.saved_verification/1"},
                   {"tool", "nadir " + version()},
                   {"certificate_sha256", sha256_of_file(folder.path_of(run_files::certificate))},
                   {"verification", Json::parse(verification_to_json(verification))}};
  folder.write_text(verification_file, saved.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return true;
}

}  // namespace nadir
