#include "nadir/driver/predict.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/driver/stored_problem.hpp"
#include "nadir/io/csv.hpp"

namespace nadir {
namespace {

class Predictions {
 public:
  Predictions(const EntryPredictor& predictor, const PredictRequest& request) : predictor_(predictor), request_(request) {}

  std::vector<Prediction> for_pairs() const {
    const char delimiter = request_.pairs.ends_with(".tsv") ? '\t' : ',';
    std::vector<Prediction> result;
    bool is_first = true;
    for (const TextRow& line : read_csv_text(request_.pairs, delimiter)) {
      const std::string place = request_.pairs + ", line " + std::to_string(line.line);
      if (line.fields.size() < 2) throw InputError(place, "a row id and a column id", std::to_string(line.fields.size()) + " field");
      const auto row = predictor_.find_row(line.fields[0]);
      const auto column = predictor_.find_column(line.fields[1]);
      const bool is_header = is_first && !row && !column;
      is_first = false;
      if (is_header) continue;
      require_known(row.has_value(), place + ", column 1", "a row", line.fields[0]);
      require_known(column.has_value(), place + ", column 2", "a column", line.fields[1]);
      result.push_back(predicted(line.fields[0], row, line.fields[1], column));
    }
    return result;
  }

  std::vector<Prediction> for_row() const {
    const auto row = predictor_.find_row(request_.row);
    require_known(row.has_value(), "--row", "a row", request_.row);
    std::vector<Index> columns;
    for (Index j = 0; j < predictor_.num_columns(); ++j)
      if (predictor_.is_known_column(j) && !(row && predictor_.is_observed(*row, j))) columns.push_back(j);
    Vector values(static_cast<std::size_t>(predictor_.num_columns()));
    for (const Index j : columns) values[static_cast<std::size_t>(j)] = predictor_.predict(row, j);
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(request_.top, static_cast<std::int64_t>(columns.size())));
    const auto is_better = [&](Index a, Index b) {
      const double x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
      return x != y ? x > y : a < b;
    };
    std::partial_sort(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(count), columns.end(), is_better);
    std::vector<Prediction> result;
    for (std::size_t k = 0; k < count; ++k) result.push_back(predicted(request_.row, row, predictor_.column_id(columns[k]), columns[k]));
    return result;
  }

 private:
  void require_known(bool is_known, const std::string& place, const std::string& what, const std::string& id) const {
    if (!is_known && request_.unknown == "refuse")
      throw InputError(place, what + " of the ratings (or --unknown mean)", "'" + id + "'");
  }

  Prediction predicted(const std::string& row_id, std::optional<Index> row, const std::string& column_id, std::optional<Index> column) const {
    const bool is_mean = !row || !column || !predictor_.is_known_row(*row) || !predictor_.is_known_column(*column);
    return {row_id, column_id, predictor_.predict(row, column), is_mean};
  }

  const EntryPredictor& predictor_;
  const PredictRequest& request_;
};

}  // namespace

OptionList rows(PredictRequest& r) {
  return {
      option("pairs", r.pairs, "row and column ids, a pair a line: .csv or .tsv").shown_as("FILE"),
      option("row", r.row, "the best columns for the row of this id, those left out that it has entries in").shown_as("ID"),
      option("top", r.top, "with --row: how many").at_least(1),
      option("unknown", r.unknown, "an id that the data do not have").one_of({"refuse", "mean"}),
  };
}

std::vector<Prediction> predict(const PredictRequest& request) {
  if (request.pairs.empty() == request.row.empty())
    throw InputError("predict", "either --pairs FILE or --row ID", request.pairs.empty() ? "neither" : "both");
  const auto [family, point] = load_stored_problem(request.folder);
  const std::unique_ptr<EntryPredictor> predictor = family->predictor(point);
  if (!predictor) throw InputError(request.folder, "a run of a family that predicts entries", "one of " + std::string(family->name()));
  const Predictions predictions(*predictor, request);
  return request.pairs.empty() ? predictions.for_row() : predictions.for_pairs();
}

}  // namespace nadir
