// nadir reproduce [CLAIM]
#include "nadir/driver/reproduce.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nadir/cli/command.hpp"
#include "nadir/cli/common_options.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"

namespace nadir::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string list_text() {
  if (published_claims().empty()) return "no published claims are built in\n";
  std::string text;
  for (const PublishedClaim& claim : published_claims())
    text += std::string(claim.name) + "\n  source    " + std::string(claim.source) + "\n  compares  " +
            std::string(claim.compares) + "\n";
  return text;
}

Json claim_json(const PublishedClaim& claim) {
  return {{"name", claim.name}, {"source", claim.source}, {"compares", claim.compares}};
}

std::string list_json() {
  Json list = Json::array();
  for (const PublishedClaim& claim : published_claims()) list.push_back(claim_json(claim));
  return Json{{"schema", "nadir.claims/1"}, {"claims", list}}.dump(2) + "\n";
}

std::string result_text(const PublishedClaim& claim, const Reproduction& result) {
  std::size_t what = 4, published = 9;
  for (const PublishedRow& row : result.rows) {
    what = std::max(what, row.what.size());
    published = std::max(published, row.published.size());
  }
  const auto line = [&](std::string a, std::string b, const std::string& c, const std::string& d) {
    a.resize(what, ' ');
    b.resize(published, ' ');
    return "  " + d + "  " + a + "  " + b + "  " + c + "\n";
  };
  std::string text = std::string(claim.name) + ": " + std::string(claim.source) + "\n" + std::string(claim.compares) +
                     "\n\n" + line("what", "published", "measured", "      ");
  for (const PublishedRow& row : result.rows)
    text += line(row.what, row.published, row.measured, row.agrees ? "agrees" : "DIFFERS");
  return text + "\n" + (result.agrees() ? "reproduced\n" : "not reproduced\n");
}

std::string result_json(const PublishedClaim& claim, const Reproduction& result) {
  Json object = claim_json(claim);
  object["rows"] = Json::array();
  for (const PublishedRow& row : result.rows)
    object["rows"].push_back({{"what", row.what},
                              {"published", row.published},
                              {"measured", row.measured},
                              {"agrees", row.agrees}});
  object["agrees"] = result.agrees();
  Json whole{{"schema", "nadir.reproduction/1"}};
  whole.update(object);
  return whole.dump(2) + "\n";
}

}  // namespace

int run_reproduce(std::span<const std::string> arguments) {
  const std::string usage = "nadir reproduce [CLAIM]";
  CommonOptions common;
  const std::vector<OptionGroup> groups{{"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(usage + ": rerun a published claim; exit code 1 when it differs\n" + options_text(groups));
    return exit_done;
  }
  require_words(line, 0, 1, usage);
  if (line.words.empty()) {
    print_result(common.json ? list_json() : list_text());
    return exit_done;
  }
  const PublishedClaim& claim = published_claim(line.words[0]);
  const Reproduction result = claim.run(static_cast<std::uint64_t>(common.run.seed));
  print_result(common.json ? result_json(claim, result) : result_text(claim, result));
  return result.agrees() ? exit_done : exit_refused;
}

}  // namespace nadir::cli
