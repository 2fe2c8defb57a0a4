#include "nadir/problems/matrix_sensing/data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

std::string place_of(const DataArray& data, const char* flag) { return data.path.empty() ? flag : data.path; }

std::string shape_text(const DataArray& data) {
  std::string text;
  for (const std::int64_t length : data.shape) text += (text.empty() ? "" : " x ") + std::to_string(length);
  return text.empty() ? "a single number" : text;
}

std::string text(double x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

Index count(const DataArray& data) {
  Index product = 1;
  for (const std::int64_t length : data.shape) product *= length;
  return product;
}

void require_filled(const DataArray& data, const char* flag, const char* expected) {
  if (data.values.empty()) throw InputError(place_of(data, flag), expected, data.shape.empty() ? "nothing" : "an empty array");
  if (count(data) != static_cast<Index>(data.values.size()))
    throw InputError(place_of(data, flag), shape_text(data) + " numbers", std::to_string(data.values.size()));
}

// Euclidean norm of all entries, scaled so that squares neither overflow nor vanish.
double norm_of(std::span<const double> x, const std::string& place) {
  double largest = 0.0;
  for (const double value : x) {
    if (!std::isfinite(value)) throw InputError(place, "finite numbers", text(value));
    largest = std::max(largest, std::fabs(value));
  }
  if (largest == 0.0) return 0.0;
  if (largest > 1e140) throw InputError(place, "numbers of at most 1e140 in modulus", text(largest));
  double sum = 0.0;
  for (const double value : x) sum += (value / largest) * (value / largest);
  return largest * std::sqrt(sum);
}

void set_operator(SensingData& d, const MatrixSensingOptions& o) {
  const DataArray& A = o.operator_array;
  const std::string place = place_of(A, "--operator");
  const bool is_dense = A.shape.size() == 3;
  d.left_values = A.values;
  if (!is_dense && A.shape.size() != 2)
    throw InputError(place, "an array n x m x k (a matrix per measurement) or k x n (a row per rank-one measurement)", shape_text(A));
  if (is_dense) {
    if (!o.operator_right.shape.empty()) throw InputError("--operator-right", "none beside an operator of three dimensions", shape_text(o.operator_right));
    d.rows = A.shape[0], d.cols = A.shape[1], d.num_measurements = A.shape[2];
    d.dense = {A.values.data(), d.num_measurements, d.rows * d.cols};
    return;
  }
  d.num_measurements = A.shape[0], d.rows = d.cols = A.shape[1];
  d.left = d.right = {A.values.data(), d.rows, d.num_measurements};
  if (o.operator_right.shape.empty()) return;
  const DataArray& B = o.operator_right;
  const std::string right_place = place_of(B, "--operator-right");
  if (o.psd) throw InputError(right_place, "none beside --psd, which needs symmetric measurements", shape_text(B));
  require_filled(B, "--operator-right", "an array k x m");
  if (B.shape.size() != 2 || B.shape[0] != A.shape[0])
    throw InputError(right_place, std::to_string(A.shape[0]) + " x m, as many rows as " + place, shape_text(B));
  d.cols = B.shape[1];
  d.right_values = B.values;
  d.right = {B.values.data(), d.cols, d.num_measurements};
}

void require_symmetric(const SensingData& d, const std::string& place) {
  if (d.rows != d.cols)
    throw InputError(place, "square matrices, as --psd needs", std::to_string(d.rows) + " x " + std::to_string(d.cols));
  if (!d.is_dense()) return;
  for (Index i = 0; i < d.rows; ++i)
    for (Index j = 0; j < i; ++j) {
      const double *lower = d.dense.col(i * d.cols + j), *upper = d.dense.col(j * d.cols + i);
      const auto [at, other] = std::mismatch(lower, lower + d.num_measurements, upper);
      if (at == lower + d.num_measurements) continue;
      const std::string k = std::to_string(at - lower), here = std::to_string(i) + ", " + std::to_string(j),
                        there = std::to_string(j) + ", " + std::to_string(i);
      throw InputError(place + ": measurement " + k, "a symmetric matrix, as --psd needs (all counted from 0)",
                       text(*at) + " at [" + here + "] and " + text(*other) + " at [" + there + "]");
    }
}

double rank_one_norm(const SensingData& d, const std::string& place) {
  Vector norms(static_cast<std::size_t>(d.num_measurements));
  for (Index k = 0; k < d.num_measurements; ++k)
    norms[static_cast<std::size_t>(k)] = norm_of({d.left.col(k), static_cast<std::size_t>(d.rows)}, place) *
                                         norm_of({d.right.col(k), static_cast<std::size_t>(d.cols)}, place);
  return norm_of(norms, place);
}

}  // namespace

SensingData make_sensing_data(const MatrixSensingOptions& o) {
  require_filled(o.operator_array, "--operator", "a file with the measurement matrices");
  require_filled(o.measurements, "--measurements", "a file with the measurements");
  if (!(o.lambda >= 0.0 && o.lambda <= 1e140)) throw InputError("--lambda", "a number from 0 to 1e140", text(o.lambda));
  SensingData d;
  set_operator(d, o);
  const std::string place = place_of(o.operator_array, "--operator");
  const std::string y_place = place_of(o.measurements, "--measurements");
  const auto& y_shape = o.measurements.shape;
  const bool is_vector = std::count_if(y_shape.begin(), y_shape.end(), [](std::int64_t length) { return length != 1; }) <= 1;
  if (!is_vector || count(o.measurements) != d.num_measurements)
    throw InputError(y_place, std::to_string(d.num_measurements) + " numbers, one per measurement of " + place, shape_text(o.measurements));
  d.y = o.measurements.values;
  d.is_psd = o.psd;
  d.lambda = o.lambda;
  if (o.psd) require_symmetric(d, place);
  d.operator_norm = d.is_dense() ? norm_of(o.operator_array.values, place) : rank_one_norm(d, place);
  d.y_norm = norm_of(d.y, y_place);
  if (d.operator_norm == 0.0) throw InputError(place, "an operator that is not zero", "zeros alone");
  return d;
}

Index requested_rank(const MatrixSensingOptions& o, const SensingData& data) {
  if (o.rank == "auto") return 1;
  const Index most = std::max(data.rows, data.cols);
  std::int64_t rank = 0;
  const char* end = o.rank.data() + o.rank.size();
  const auto [rest, error] = std::from_chars(o.rank.data(), end, rank);
  if (error != std::errc() || rest != end || rank < 1 || rank > most)
    throw InputError("--rank", "auto, or a number from 1 to the larger side, " + std::to_string(most), "'" + o.rank + "'");
  return rank;
}

Layout sensing_layout(const SensingData& data, Index rank) {
  Layout layout;
  layout.add("U", data.rows, rank);
  if (!data.is_psd) layout.add("V", data.cols, rank);
  return layout;
}

}  // namespace nadir
