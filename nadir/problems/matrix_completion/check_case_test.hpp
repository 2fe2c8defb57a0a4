// A completion with its data, point, witness and options, ready to be checked: the fixture of this folder's tests of
// checks.
#pragma once

#include <cmath>
#include <limits>
#include <stdexcept>

#include "nadir/problems/matrix_completion/check.hpp"

namespace nadir::completion_case {

inline double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
inline double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
inline Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }

template <class T>
T& field(const OptionList& options, const std::string& name) {
  for (const OptionRow& row : options)
    if (row.name == name) return *std::get<T*>(row.target);
  throw std::logic_error(name);
}

struct Entry {
  Index row, col;
  double value, weight = 1.0;
};

struct Case {
  Index rows = 1, cols = 1;
  std::vector<Entry> entries;
  std::string lambda = "1";
  Matrix U, V;
  bool psd = false, weighted_lambda = false;
  double row_norm_penalty = 0.0, row_norm_limit = 0.0;
  Matrix A = {}, B = {};
  std::map<std::string, Matrix> witness = {}, escape = {};
  std::string rank = "auto";
  Arithmetic arithmetic = Arithmetic::automatic;

  DataEntries list(bool weights) const {
    DataEntries result;
    result.rows = rows;
    result.cols = cols;
    EntryList all;
    for (const Entry& e : entries) all.add(e.row, e.col, weights ? e.weight : e.value);
    result.set_entries(std::move(all));
    return result;
  }
  std::unique_ptr<FamilyCheck> prepared() const {
    auto check = make_matrix_completion_check();
    const OptionList options = check->options();
    field<DataEntries>(options, "ratings") = list(false);
    for (const Entry& e : entries)
      if (e.weight != 1.0) field<DataEntries>(options, "weights") = list(true);
    field<std::string>(options, "lambda") = lambda;
    field<std::string>(options, "rank") = rank;
    field<bool>(options, "psd") = psd;
    field<bool>(options, "weighted-lambda") = weighted_lambda;
    field<double>(options, "row-norm-penalty") = row_norm_penalty;
    field<double>(options, "row-norm-limit") = row_norm_limit;
    field<DataMatrix>(options, "row-features").values = A;
    field<DataMatrix>(options, "column-features").values = B;
    std::map<std::string, Matrix> point = escape;
    point["U"] = U;
    if (!psd) point["V"] = V;
    check->prepare({point, witness, arithmetic});
    return check;
  }
  Outcome outcome(const std::string& kind, Numbers numbers = {}) const { return prepared()->check({kind, "", "", Rigor::proved, std::move(numbers)}); }
  bool holds(const std::string& kind, Numbers numbers = {}) const { return outcome(kind, std::move(numbers)).verified; }
  bool has_value(double lower, double upper) const { return holds("value", {{"lower", lower}, {"upper", upper}}); }
  bool has_gradient_norm(double lower, double upper) const { return holds("gradient-norm", {{"lower", lower}, {"upper", upper}, {"scale", 1}, {"tolerance", 1}}); }
  bool has_bound(double bound, double multiplier, double norm) const {
    return holds("lower-bound", {{"bound", bound}, {"multiplier", multiplier}, {"spectral_norm", norm}});
  }
  bool has_curvature(std::vector<double> direction, double curvature) const {
    Case with = *this;
    with.witness["direction"] = column(std::move(direction));
    return with.holds("negative-curvature", {{"curvature", curvature}});
  }
  bool descends(std::vector<double> displacement, double decrease) const {
    Case with = *this;
    with.witness["escape"] = column(std::move(displacement));
    return with.holds("descent", {{"decrease", decrease}});
  }
};

// x = 4 minimises (x - 5)^2 / 2 + |x|: f = 1/2 + 4, residual 1.
inline const Case scalar{.entries = {{0, 0, 5}}, .U = column({2}), .V = column({2})};

// diag(3, 1) at zero factors, L = 1: f = 5, norm of the residuals 3; the minimum is at diag(2, 0): f = 3.
inline const Case diagonal{.rows = 2, .cols = 2, .entries = {{0, 0, 3}, {0, 1, 0}, {1, 0, 0}, {1, 1, 1}}, .U = column({0, 0}), .V = column({0, 0})};

// u = (1, 2), v = (3, 1): x = 3, 2, 6 at three entries; residuals w (m - x) = 2, -1/2, -1.
inline const Case weighted{.rows = 2,
                    .cols = 2,
                    .entries = {{0, 0, 4, 2.0}, {1, 1, 1, 0.5}, {1, 0, 5, 1.0}},
                    .lambda = "0.5",
                    .U = column({1, 2}),
                    .V = column({3, 1})};

// One row u = (3, 4), |u| = 5: x = 25, m = 20, L = 1/2, C = 2, c = 4.
inline const Case psd{.entries = {{0, 0, 20}}, .lambda = "0.5", .U = Matrix::from_rows({{3, 4}}), .V = {}, .psd = true, .row_norm_penalty = 2, .row_norm_limit = 4};

// X = A U V^T B^T with A U = (1, 2), B V = (1, 2, 3): x = 1, 6, 4 at three entries.
inline const Case features{.rows = 2,
                    .cols = 3,
                    .entries = {{0, 0, 2}, {1, 2, 5}, {1, 1, 4}},
                    .U = column({1}),
                    .V = column({1, 2}),
                    .A = column({1, 2}),
                    .B = Matrix::from_rows({{1, 0}, {0, 1}, {1, 1}})};

}  // namespace nadir::completion_case
