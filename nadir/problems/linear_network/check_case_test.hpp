// A linear network with its data, point, witness and options, ready to be checked: the fixture of this folder's
// tests of checks.
#pragma once

#include <cmath>
#include <limits>
#include <stdexcept>

#include "nadir/problems/linear_network/check.hpp"

namespace nadir::check_case {

inline double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
inline double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
inline Matrix diag(double a, double b) { return Matrix::from_rows({{a, 0}, {0, b}}); }
inline Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }

template <class T>
T& field(const OptionList& options, const std::string& name) {
  for (const OptionRow& row : options)
    if (row.name == name) return *std::get<T*>(row.target);
  throw std::logic_error(name);
}

struct Case {
  Matrix X = Matrix::identity(2), Y = diag(2, 1);
  std::vector<std::int64_t> hidden = {2};
  std::vector<Matrix> weights;
  std::vector<double> decay = {};
  bool residual = false;
  std::map<std::string, Matrix> witness = {};
  std::map<std::string, Matrix> escape = {};
  std::map<std::string, Matrix> decay_entries = {};
  Arithmetic arithmetic = Arithmetic::automatic;
  std::string loss = "squared";

  std::unique_ptr<FamilyCheck> prepared() const {
    auto check = make_linear_network_check();
    const OptionList options = check->options();
    field<DataMatrix>(options, "x").values = X;
    field<DataMatrix>(options, "y").values = Y;
    field<std::vector<std::int64_t>>(options, "hidden") = hidden;
    field<std::vector<double>>(options, "weight-decay") = decay;
    field<DataBlocks>(options, "weight-decay-entries").values = {decay_entries.begin(), decay_entries.end()};
    field<bool>(options, "residual") = residual;
    field<std::string>(options, "loss") = loss;
    std::map<std::string, Matrix> point = escape;
    for (std::size_t l = 0; l < weights.size(); ++l) point["W" + std::to_string(l + 1)] = weights[l];
    check->prepare({point, witness, arithmetic});
    return check;
  }
  Outcome outcome(const std::string& kind, Numbers numbers = {}) const {
    return prepared()->check({kind, "", "", Rigor::proved, std::move(numbers)});
  }
  bool holds(const std::string& kind, Numbers numbers = {}) const { return outcome(kind, std::move(numbers)).verified; }
};

// Point blocks as one flat vector, as witnesses hold them.
inline Matrix flat(const std::vector<Matrix>& blocks) {
  std::vector<double> values;
  for (const Matrix& b : blocks) values.insert(values.end(), b.flat().begin(), b.flat().end());
  return column(values);
}

inline const Case t1{.weights = {diag(2, 1), diag(1, 1)}};                                               // global, f = 0
inline const Case t2{.weights = {Matrix(2, 2), Matrix(2, 2)}};                                           // strict, f = 5/4
inline const Case t4{.hidden = {2, 2}, .weights = {Matrix(2, 2), Matrix(2, 2), Matrix(2, 2)}};           // Hessian = 0
inline const Case t5{.hidden = {2, 2}, .weights = {diag(2, 0), diag(1, 0), diag(1, 0)}};                 // degenerate, f = 1/4
inline const Case t6{.hidden = {2, 2}, .weights = {diag(2, 0), diag(1, 1), diag(1, 0)}};                 // strict, least -1/2
inline const Case t8{.hidden = {1}, .weights = {Matrix::from_rows({{2, 0}}), Matrix::from_rows({{1}, {0}})}};  // global, f = 1/4
inline const Case t17{.hidden = {2, 2}, .weights = {diag(2, 0), diag(1, 1e-6), diag(1, 0)}};             // least -5e-7
// f = 1/2 (w2 w1 - 13)^2 at (3, 4): f = 1/2, gradient (-4, -3).
inline const Case chain{.X = column({1}), .Y = column({13}), .hidden = {1}, .weights = {column({3}), column({4})}};

}  // namespace nadir::check_case
