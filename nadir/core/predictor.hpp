// Predictions of the entries of a matrix, by the names of its rows and columns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

class EntryPredictor {
 public:
  virtual ~EntryPredictor() = default;

  virtual Index num_columns() const = 0;
  virtual std::string column_id(Index column) const = 0;
  // Nothing for a name that the data do not have.
  virtual std::optional<Index> find_row(std::string_view id) const = 0;
  virtual std::optional<Index> find_column(std::string_view id) const = 0;
  // Whether the model says anything of that row or column: its data have entries there.
  virtual bool is_known_row(Index row) const = 0;
  virtual bool is_known_column(Index column) const = 0;
  virtual bool is_observed(Index row, Index column) const = 0;

  // In units of the data. A row or column that is not there counts as one without entries: what means were taken off
  // is all that is predicted.
  virtual double predict(std::optional<Index> row, std::optional<Index> column) const = 0;
};

}  // namespace nadir
