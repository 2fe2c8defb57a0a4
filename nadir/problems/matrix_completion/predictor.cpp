#include "nadir/problems/matrix_completion/predictor.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

class Names {
 public:
  Names(std::span<const std::string> ids, Index count) : ids_(ids), count_(count) {
    for (std::size_t i = 0; i < ids.size(); ++i) positions_[ids[i]] = static_cast<Index>(i);
  }
  std::optional<Index> find(std::string_view id) const {
    if (ids_.empty()) {
      Index number = 0;
      const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
      const bool is_number = error == std::errc{} && end == id.data() + id.size() && number >= 1 && number <= count_;
      return is_number ? std::optional(number - 1) : std::nullopt;
    }
    const auto found = positions_.find(std::string(id));
    return found == positions_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string name(Index i) const { return ids_.empty() ? std::to_string(i + 1) : ids_[at(i)]; }
  Index count() const { return count_; }

 private:
  std::span<const std::string> ids_;
  Index count_;
  std::unordered_map<std::string, Index> positions_;
};

class CompletionPredictor final : public EntryPredictor {
 public:
  CompletionPredictor(std::shared_ptr<const CompletionModel> model, EntryFactors factors)
      : model_(std::move(model)), factors_(std::move(factors)), rows_(model_->data.row_ids, model_->data.rows),
        cols_(model_->data.col_ids, model_->data.cols) {}

  Index num_columns() const override { return cols_.count(); }
  std::string column_id(Index column) const override { return cols_.name(column); }
  std::optional<Index> find_row(std::string_view id) const override { return rows_.find(id); }
  std::optional<Index> find_column(std::string_view id) const override { return cols_.find(id); }
  // Side information speaks for rows without entries, and so does the other half of a symmetric matrix.
  bool is_known_row(Index i) const override { return model_->row_features.size() > 0 || has_entries(model_->observed.by_rows, i) || is_known_by_symmetry(i); }
  bool is_known_column(Index j) const override { return model_->column_features.size() > 0 || has_entries(model_->observed.by_cols, j) || is_known_by_symmetry(j); }
  bool is_observed(Index i, Index j) const override {
    return has_entry(i, j) || (model_->is_psd && has_entry(j, i));
  }
  double predict(std::optional<Index> i, std::optional<Index> j) const override;

 private:
  static bool has_entries(const ObservedRows& o, Index i) { return o.row_starts[at(i)] < o.row_starts[at(i + 1)]; }
  bool is_known_by_symmetry(Index i) const {
    return model_->is_psd && (has_entries(model_->observed.by_rows, i) || has_entries(model_->observed.by_cols, i));
  }
  bool has_entry(Index i, Index j) const {
    const ObservedRows& o = model_->observed.by_rows;
    const auto first = o.col_index.begin() + o.row_starts[at(i)], last = o.col_index.begin() + o.row_starts[at(i + 1)];
    return std::binary_search(first, last, static_cast<std::int32_t>(j));
  }

  std::shared_ptr<const CompletionModel> model_;
  EntryFactors factors_;
  Names rows_, cols_;
};

double CompletionPredictor::predict(std::optional<Index> i, std::optional<Index> j) const {
  const CompletionData& d = model_->data;
  double value = d.global_offset;
  if (i) value += d.row_offsets[at(*i)];
  if (j) value += d.col_offsets[at(*j)];
  if (!i || !j) return value;
  const ConstMatrixView U = factors_.Ut, V = factors_.right();
  double x = 0.0;
  for (Index c = 0; c < U.rows; ++c) x += U(c, *i) * V(c, *j);
  return x + value;
}

}  // namespace

std::unique_ptr<EntryPredictor> make_completion_predictor(std::shared_ptr<const CompletionModel> model, EntryFactors factors) {
  return std::make_unique<CompletionPredictor>(std::move(model), std::move(factors));
}

}  // namespace nadir
