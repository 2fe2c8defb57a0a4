// nadir predict RUN --pairs FILE | --row ID --top N
#include "nadir/driver/predict.hpp"

#include <nlohmann/json.hpp>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/text.hpp"
#include "nadir/cli/command.hpp"
#include "nadir/cli/console.hpp"
#include "nadir/cli/help_text.hpp"

namespace nadir::cli {
namespace {

const char* basis(const Prediction& p) { return p.is_mean ? "mean" : "model"; }

std::string to_csv(const std::vector<Prediction>& predictions) {
  std::string csv = "row,column,prediction,basis\n";
  for (const Prediction& p : predictions) csv += csv_field(p.row) + ',' + csv_field(p.column) + ',' + shortest_text(p.value) + ',' + basis(p) + '\n';
  return csv;
}

std::string to_json(const std::vector<Prediction>& predictions) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Prediction& p : predictions) list.push_back({{"row", p.row}, {"column", p.column}, {"prediction", p.value}, {"basis", basis(p)}});
  const nlohmann::ordered_json object{{"schema", "nadir.predictions/1"}, {"predictions", list}};
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_predict(std::span<const std::string> arguments) {
  const std::string usage = "nadir predict RUN {--pairs FILE | --row ID [--top N]} [-o FILE.csv]";
  CommonOptions common;
  PredictRequest request;
  const std::vector<OptionGroup> groups{{"Predicting", rows(request)}, {"Everywhere", rows(common)}};
  const CommandLine line = read_arguments(arguments, groups, common);
  if (line.wants_help) {
    print_result(usage + ": predictions for entries that nobody gave, as csv; -o names the file to write\n" + options_text(groups));
    return exit_done;
  }
  require_words(line, 1, 1, usage);
  request.folder = line.words[0];
  const std::vector<Prediction> predictions = predict(request);
  const std::string text = common.json ? to_json(predictions) : to_csv(predictions);
  if (common.run.output.empty()) print_result(text);
  else write_file_atomically(common.run.output, text);
  return exit_done;
}

}  // namespace nadir::cli
