#include "nadir/problems/matrix_completion/data.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

std::string place_of(const char* flag, const DataFile& file) { return file.path.empty() ? std::string(flag) : file.path; }

// "ratings.csv, line 17", or the entry's number where the file has no lines.
std::string place_of_entry(const char* flag, const DataEntries& e, std::size_t k) {
  const std::string place = place_of(flag, e);
  return k < e.lines.size() ? place + ", line " + std::to_string(e.lines[k]) : place + ", entry " + std::to_string(k + 1);
}

std::string name_of(std::span<const std::string> ids, Index i) {
  return ids.empty() ? std::to_string(i + 1) : "'" + ids[at(i)] + "'";
}

// Positions in ascending order of (row, column), stable: a position's entries stay in the order of the file.
std::vector<std::size_t> by_position(const std::vector<Index>& rows, const std::vector<Index>& cols) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rows[a] != rows[b] ? rows[a] < rows[b] : cols[a] < cols[b];
  });
  return order;
}

// The same in linear time, for many entries: ascending rows, each row in the order of the file.
std::vector<std::size_t> by_row(const std::vector<Index>& rows, Index num_rows) {
  std::vector<std::size_t> next(at(num_rows) + 1, 0), order(rows.size());
  for (const Index i : rows) ++next[at(i) + 1];
  for (std::size_t i = 0; i < at(num_rows); ++i) next[i + 1] += next[i];
  for (std::size_t k = 0; k < rows.size(); ++k) order[next[at(rows[k])]++] = k;
  return order;
}

class Preparation {
 public:
  explicit Preparation(const MatrixCompletionOptions& options) : options_(options), ratings_(options.ratings) {}

  CompletionData run() {
    take_names();
    take_entries();
    if (options_.psd) require_symmetric_values();
    take_weights();
    hold_out();
    take_test();
    center(data_, options_);
    count_penalties();
    return std::move(data_);
  }

 private:
  void take_names();
  void take_entries();
  void require_symmetric_values() const;
  void take_weights();
  void hold_out();
  void take_test();
  void count_penalties();
  Index row_of(const DataEntries& e, std::size_t k) const { return row_map_.empty() ? e.row_index[k] : row_map_[at(e.row_index[k])]; }
  Index col_of(const DataEntries& e, std::size_t k) const { return col_map_.empty() ? e.col_index[k] : col_map_[at(e.col_index[k])]; }

  const MatrixCompletionOptions& options_;
  const DataEntries& ratings_;
  CompletionData data_;
  std::vector<Index> row_map_, col_map_;  // with --psd and names: index in the file -> common index
  std::vector<std::size_t> first_entry_;  // in the file, of each observed entry
};

bool are_integers(std::span<const std::string> ids) {
  return std::all_of(ids.begin(), ids.end(), [](const std::string& id) {
    const std::size_t digits = id.starts_with('-') ? 1 : 0;
    return id.size() > digits && id.size() < 19 && id.find_first_not_of("0123456789", digits) == std::string::npos;
  });
}

// Both in ascending order; so is the union.
std::vector<std::string> united(std::span<const std::string> a, std::span<const std::string> b) {
  std::vector<std::string> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  if (are_integers(all)) std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) { return std::stoll(x) < std::stoll(y); });
  else std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::unordered_map<std::string, Index> positions(std::span<const std::string> ids) {
  std::unordered_map<std::string, Index> result;
  for (std::size_t i = 0; i < ids.size(); ++i) result[ids[i]] = static_cast<Index>(i);
  return result;
}

std::vector<Index> mapped(std::span<const std::string> ids, const std::unordered_map<std::string, Index>& to) {
  std::vector<Index> result;
  for (const std::string& id : ids) result.push_back(to.at(id));
  return result;
}

void Preparation::take_names() {
  if (ratings_.num_entries() == 0) throw InputError(place_of("--ratings", ratings_), "at least one rating", "none");
  data_.rows = ratings_.rows;
  data_.cols = ratings_.cols;
  data_.row_ids = ratings_.row_ids;
  data_.col_ids = ratings_.col_ids;
  if (!options_.psd) return;
  if (ratings_.row_ids.empty()) {
    if (data_.rows != data_.cols)
      throw InputError(place_of("--ratings", ratings_), "a square matrix, for --psd", std::to_string(data_.rows) + " x " + std::to_string(data_.cols));
    return;
  }
  data_.row_ids = data_.col_ids = united(ratings_.row_ids, ratings_.col_ids);
  data_.rows = data_.cols = static_cast<Index>(data_.row_ids.size());
  const auto to = positions(data_.row_ids);
  row_map_ = mapped(ratings_.row_ids, to);
  col_map_ = mapped(ratings_.col_ids, to);
}

void Preparation::take_entries() {
  const std::size_t count = ratings_.values.size();
  std::vector<Index> rows(count), cols(count);
  for (std::size_t k = 0; k < count; ++k) {
    rows[k] = row_of(ratings_, k);
    cols[k] = col_of(ratings_, k);
  }
  // first[k]: the entry at whose place entry k is counted.
  std::vector<std::size_t> first(count), multiplicity(count, 0);
  const std::vector<std::size_t> order = by_row(rows, data_.rows);
  std::vector<std::size_t> last_in_column(at(data_.cols), count);  // entry met last in each column
  for (const std::size_t k : order) {
    const std::size_t last = last_in_column[at(cols[k])];
    last_in_column[at(cols[k])] = k;
    const bool is_repeated = last < count && rows[last] == rows[k];
    first[k] = is_repeated ? first[last] : k;
    if (is_repeated && options_.duplicates == "refuse")
      throw InputError(place_of_entry("--ratings", ratings_, k),
                       "each position once (or --duplicates sum or average)",
                       "row " + name_of(data_.row_ids, rows[k]) + ", column " + name_of(data_.col_ids, cols[k]) + " again, as in " +
                           place_of_entry("", ratings_, first[k]).substr(place_of("", ratings_).size() + 2));
    ++multiplicity[first[k]];
  }
  std::vector<std::size_t> target(count);
  for (std::size_t k = 0; k < count; ++k) {
    if (first[k] != k) {
      data_.observed.values[target[first[k]]] += ratings_.values[k];
      continue;
    }
    target[k] = first_entry_.size();
    first_entry_.push_back(k);
    data_.observed.add(rows[k], cols[k], ratings_.values[k]);
  }
  if (options_.duplicates == "average")
    for (std::size_t e = 0; e < first_entry_.size(); ++e)
      data_.observed.values[e] /= static_cast<double>(multiplicity[first_entry_[e]]);
}

// Entries (i, j) and (j, i) may both be given, but not with two values.
void Preparation::require_symmetric_values() const {
  const EntryList& e = data_.observed;
  std::vector<Index> low(e.values.size()), high(e.values.size());
  for (std::size_t k = 0; k < e.values.size(); ++k) {
    low[k] = std::min(e.row_index[k], e.col_index[k]);
    high[k] = std::max(e.row_index[k], e.col_index[k]);
  }
  const std::vector<std::size_t> order = by_position(low, high);
  for (std::size_t p = 1; p < order.size(); ++p) {
    const std::size_t a = order[p - 1], b = order[p];
    if (low[a] != low[b] || high[a] != high[b] || e.values[a] == e.values[b]) continue;
    throw InputError(place_of_entry("--ratings", ratings_, first_entry_[b]),
                     "a symmetric matrix, for --psd: " + std::to_string(e.values[a]) + " as in " +
                         place_of_entry("", ratings_, first_entry_[a]).substr(place_of("", ratings_).size() + 2),
                     std::to_string(e.values[b]));
  }
}

void Preparation::take_weights() {
  const DataEntries& w = options_.weights;
  if (w.num_entries() == 0) return;
  const std::string place = place_of("--weights", w);
  const auto rows = positions(ratings_.row_ids), cols = positions(ratings_.col_ids);
  const bool is_named = !ratings_.row_ids.empty();
  if (w.row_ids.empty() == is_named) throw InputError(place, "rows and columns named as in --ratings", "counted ones, or the reverse");
  std::unordered_map<Index, double> weight;  // row * cols + column, in the file's own indices
  for (std::size_t k = 0; k < w.values.size(); ++k) {
    if (!(w.values[k] > 0.0)) throw InputError(place_of_entry("--weights", w, k), "a weight above 0", std::to_string(w.values[k]));
    Index i = w.row_index[k], j = w.col_index[k];
    if (is_named) {
      const auto row = rows.find(w.row_ids[at(i)]), col = cols.find(w.col_ids[at(j)]);
      if (row == rows.end() || col == cols.end()) throw InputError(place_of_entry("--weights", w, k), "a position of --ratings", "another");
      i = row->second;
      j = col->second;
    }
    if (i >= ratings_.rows || j >= ratings_.cols) throw InputError(place_of_entry("--weights", w, k), "a position of --ratings", "another");
    if (!weight.emplace(i * ratings_.cols + j, w.values[k]).second) throw InputError(place_of_entry("--weights", w, k), "each position once", "a second weight");
  }
  for (const std::size_t k : first_entry_) {
    const auto found = weight.find(ratings_.row_index[k] * ratings_.cols + ratings_.col_index[k]);
    if (found == weight.end()) throw InputError(place, "a weight for every rating", "none for that of " + place_of_entry("--ratings", ratings_, k));
    data_.weights.push_back(found->second);
  }
  if (weight.size() != first_entry_.size()) throw InputError(place, "as many weights as ratings (" + std::to_string(first_entry_.size()) + ")", std::to_string(weight.size()));
}

void Preparation::hold_out() {
  if (options_.holdout == 0.0) return;
  Random random(static_cast<std::uint64_t>(options_.holdout_seed), 0x686f6c646f7574);
  EntryList kept;
  Vector kept_weights;
  for (std::size_t k = 0; k < data_.observed.values.size(); ++k) {
    const bool is_held_out = random.uniform() < options_.holdout;
    (is_held_out ? data_.held_out : kept).add(data_.observed.row_index[k], data_.observed.col_index[k], data_.observed.values[k]);
    if (!is_held_out && !data_.weights.empty()) kept_weights.push_back(data_.weights[k]);
  }
  if (kept.size() == 0) throw InputError("--holdout", "a share that leaves ratings to fit", "none left");
  data_.observed = std::move(kept);
  data_.weights = std::move(kept_weights);
}

void Preparation::take_test() {
  const DataEntries& t = options_.test;
  if (t.num_entries() == 0) return;
  const std::string place = place_of("--test", t);
  const bool is_named = !data_.row_ids.empty();
  if (t.row_ids.empty() == is_named) throw InputError(place, "rows and columns named as in --ratings", "counted ones, or the reverse");
  const auto rows = positions(data_.row_ids), cols = positions(data_.col_ids);
  for (std::size_t k = 0; k < t.values.size(); ++k) {
    Index i = t.row_index[k], j = t.col_index[k];
    if (is_named) {
      const auto row = rows.find(t.row_ids[at(i)]), col = cols.find(t.col_ids[at(j)]);
      i = row == rows.end() ? data_.rows : row->second;
      j = col == cols.end() ? data_.cols : col->second;
    }
    if (i >= data_.rows || j >= data_.cols) {
      ++data_.num_unknown;
      continue;
    }
    data_.held_out.add(i, j, t.values[k]);
  }
}

// offsets <- damped means over the entries of each row (or column), taken off the values.
void subtract_means(Vector& values, const std::vector<Index>& index, double damping, Vector& offsets) {
  Vector counts(offsets.size(), 0.0);
  for (std::size_t k = 0; k < values.size(); ++k) {
    offsets[at(index[k])] += values[k];
    counts[at(index[k])] += 1.0;
  }
  for (std::size_t i = 0; i < offsets.size(); ++i)
    if (counts[i] > 0.0) offsets[i] /= counts[i] + damping;
  for (std::size_t k = 0; k < values.size(); ++k) values[k] -= offsets[at(index[k])];
}

void Preparation::count_penalties() {
  data_.row_penalties.assign(at(data_.rows), options_.weighted_lambda ? 0.0 : 1.0);
  data_.col_penalties.assign(at(data_.cols), options_.weighted_lambda ? 0.0 : 1.0);
  if (!options_.weighted_lambda) return;
  for (const Index i : data_.observed.row_index) data_.row_penalties[at(i)] += 1.0;
  for (const Index j : data_.observed.col_index) data_.col_penalties[at(j)] += 1.0;
  // A row without entries costs nothing and fits nothing: any positive penalty keeps it at zero.
  for (Vector* penalties : {&data_.row_penalties, &data_.col_penalties})
    for (double& p : *penalties)
      if (p == 0.0) p = 1.0;
}

void require_compatible(const MatrixCompletionOptions& o) {
  const bool has_features = o.row_features.values.size() > 0 || o.column_features.values.size() > 0;
  if (o.psd && o.weighted_lambda) throw InputError("--weighted-lambda", "no --psd beside it", "both");
  if (o.psd && has_features) throw InputError("--row-features", "no --psd beside side information", "both");
  if (o.psd && o.center != "none" && o.center != "global") throw InputError("--center", "none or global, with --psd", o.center);
  if (o.weighted_lambda && has_features) throw InputError("--weighted-lambda", "no side information beside it", "both");
  if (!o.psd && (o.row_norm_penalty > 0.0 || o.row_norm_limit > 0.0)) throw InputError("--row-norm-penalty", "--psd with it", "none");
  if (o.row_norm_limit > 0.0 && o.row_norm_penalty == 0.0) throw InputError("--row-norm-limit", "a --row-norm-penalty with it", "none");
}

void require_features(const char* flag, const DataMatrix& features, Index count, const char* side) {
  const SharedMatrix& A = features.values;
  if (A.size() == 0 || A.rows() == count) return;
  throw InputError(place_of(flag, features), std::to_string(count) + " lines, one for each of the " + side + " of --ratings in ascending order of their names",
                   std::to_string(A.rows()));
}

}  // namespace

void center(CompletionData& data, const MatrixCompletionOptions& options) {
  Vector& values = data.observed.values;
  data.global_offset = 0.0;
  data.row_offsets.assign(at(data.rows), 0.0);
  data.col_offsets.assign(at(data.cols), 0.0);
  const std::string& how = options.center;
  if (how == "global" || how == "both") {
    Vector global(1, 0.0);
    subtract_means(values, std::vector<Index>(values.size(), 0), 0.0, global);
    data.global_offset = global[0];
  }
  if (how == "rows" || how == "both") subtract_means(values, data.observed.row_index, options.center_damping, data.row_offsets);
  if (how == "columns" || how == "both") subtract_means(values, data.observed.col_index, options.center_damping, data.col_offsets);
}

CompletionData prepare_data(const MatrixCompletionOptions& options) {
  require_compatible(options);
  CompletionData data = Preparation(options).run();
  require_features("--row-features", options.row_features, data.rows, "rows");
  require_features("--column-features", options.column_features, data.cols, "columns");
  return data;
}

}  // namespace nadir
