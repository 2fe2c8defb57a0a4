#include "nadir/driver/run_record.hpp"

#include <sys/utsname.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "nadir/base/error.hpp"
#include "nadir/base/version.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* schema = "nadir.run/1";

// As the kernel names it; empty where there is no such file.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const std::size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "";
}

Json machine() {
  utsname system{};
  const bool is_known = uname(&system) == 0;
  return {{"processor", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"system", is_known ? std::string(system.sysname) + " " + system.release + " " + system.machine : ""}};
}

Json input_json(const DataReference& input) {
  return {{"role", input.role},
          {"path", input.path},
          {"absolute_path", input.absolute_path},
          {"sha256", input.sha256}};
}

std::string text_at(const Json& object, const char* key) { return object.at(key).get<std::string>(); }

}  // namespace

std::string exit_reason(Termination stopped) {
  return stopped == Termination::not_run ? "finished" : std::string(name(stopped));
}

std::string run_record_to_json(const RunRecord& record) {
  Json inputs = Json::array();
  for (const DataReference& input : record.inputs) inputs.push_back(input_json(input));
  const Json object{{"schema", schema},
                    {"command", record.command},
                    {"family", record.family},
                    {"problem", Json::parse(record.problem)},
                    {"options", Json::parse(record.solving)},
                    {"seed", record.seed},
                    {"inputs", inputs},
                    {"version", version()},
                    {"compiler", compiler()},
                    {"blas", blas_description()},
                    {"threads", num_threads()},
                    {"machine", machine()},
                    {"started", record.started},
                    {"ended", record.ended.empty() ? Json(nullptr) : Json(record.ended)},
                    {"exit_reason", record.exit_reason}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

RunRecord run_record_from_json(std::string_view text, const std::string& place) {
  RunRecord record;
  try {
    const Json object = Json::parse(text);
    if (!object.is_object() || object.value("schema", "") != schema)
      throw InputError(place, std::string("a ") + schema, "something else");
    record.command = text_at(object, "command");
    record.family = text_at(object, "family");
    record.problem = object.at("problem").dump();
    record.solving = object.at("options").dump();
    record.seed = object.at("seed").get<std::int64_t>();
    for (const Json& input : object.at("inputs"))
      record.inputs.push_back({text_at(input, "role"), text_at(input, "path"), text_at(input, "absolute_path"),
                               text_at(input, "sha256"), {}});
    record.version = text_at(object, "version");
    record.started = text_at(object, "started");
    if (!object.at("ended").is_null()) record.ended = text_at(object, "ended");
    record.exit_reason = text_at(object, "exit_reason");
  } catch (const Json::exception& error) {
    throw InputError(place, std::string("a ") + schema, error.what());
  }
  return record;
}

}  // namespace nadir
