#include "nadir/cli/common_options.hpp"

#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/cli/config_file.hpp"
#include "nadir/core/verdict.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::cli {

OptionList rows(CommonOptions& o) {
  OptionList list = nadir::rows(o.run);
  for (OptionRow& row : OptionList{
           option("json", o.json, "print the result object, and nothing else, on standard output"),
           option("quiet", o.quiet, "no progress and no prose on standard error"),
           option("progress", o.progress, "progress and prose even when standard error is not a terminal"),
           option("config", o.config, "TOML file with these same keys; the command line wins").shown_as("FILE.toml"),
           option("require", o.require, "exit code 1 unless the verdict is at least this")
               .shown_as("LEVEL")
               .one_of({"global", "global-proved", "local", "local-proved"}),
       })
    list.push_back(std::move(row));
  return list;
}

OptionList all_rows(const std::vector<OptionGroup>& groups) {
  OptionList list;
  for (const OptionGroup& group : groups) list.insert(list.end(), group.rows.begin(), group.rows.end());
  return list;
}

CommandLine read_arguments(std::span<const std::string> arguments, const std::vector<OptionGroup>& groups,
                           CommonOptions& common, const std::vector<std::string>& repeatable) {
  const OptionList list = all_rows(groups);
  CommandLine line = split_arguments(arguments, list, repeatable);
  if (line.wants_help) return line;
  assign_flags(line, list, repeatable);
  if (!common.config.empty()) {
    std::vector<std::string> given;
    for (const auto& [name, value] : line.flags) given.push_back(name);
    for (auto& entry : assign_config(common.config, list, given, repeatable))
      if (std::find(given.begin(), given.end(), entry.first) == given.end()) line.flags.push_back(std::move(entry));
  }
  set_num_threads(static_cast<int>(std::min<std::int64_t>(common.run.threads, 4096)));
  return line;
}

void require_words(const CommandLine& line, std::size_t least, std::size_t most, const std::string& usage) {
  if (line.words.size() < least) throw InputError("command line", usage, "nothing more");
  if (line.words.size() > most) throw InputError("command line", usage, "also '" + line.words[most] + "'");
}

}  // namespace nadir::cli
