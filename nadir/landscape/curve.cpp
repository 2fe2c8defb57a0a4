#include "nadir/landscape/curve.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/landscape/internal/gauss.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr Index length_nodes = 24, length_pieces = 16;  // of the quadrature of |p'(t)|

std::size_t at_index(Index i) { return static_cast<std::size_t>(i); }

// C(n, j) t^j (1 - t)^(n - j), j = 0, ..., n, by de Casteljau's recursion: no cancellation, exact at 0 and 1.
void bernstein(double t, std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  out[0] = 1.0;
  for (std::size_t n = 1; n < out.size(); ++n)
    for (std::size_t j = n + 1; j-- > 0;) out[j] = (j > 0 ? t * out[j - 1] : 0.0) + (j < n ? (1.0 - t) * out[j] : 0.0);
}

Vector even_knots(Index count) {
  Vector t(at_index(count));
  for (Index j = 0; j < count; ++j) t[at_index(j)] = static_cast<double>(j) / static_cast<double>(count - 1);
  return t;
}

// The piece between two knots that holds t.
Index piece_of(const Vector& knots, double t) {
  const auto after = std::upper_bound(knots.begin() + 1, knots.end() - 1, t);
  return static_cast<Index>(after - knots.begin()) - 1;
}

double chord(ConstMatrixView points, Index j) {
  Vector difference(points.col(j + 1), points.col(j + 1) + points.rows);
  axpy(-1.0, {points.col(j), difference.size()}, difference);
  return norm(difference);
}

// |p'| of a Bezier curve depends on the inner products of the steps between control points alone.
double bezier_length(ConstMatrixView control) {
  const Index degree = control.cols - 1;
  Matrix steps(control.rows, degree);
  for (Index j = 0; j < degree; ++j)
    for (Index i = 0; i < control.rows; ++i) steps(i, j) = control(i, j + 1) - control(i, j);
  const Matrix gram = product(steps, Op::transpose, steps, Op::none);
  const internal::GaussRule rule = internal::gauss_rule(length_nodes);
  Vector c(at_index(degree));
  double length = 0.0;
  for (Index piece = 0; piece < length_pieces; ++piece)
    for (std::size_t q = 0; q < rule.nodes.size(); ++q) {
      bernstein((static_cast<double>(piece) + rule.nodes[q]) / static_cast<double>(length_pieces), c);
      double square = 0.0;
      for (Index i = 0; i < degree; ++i)
        for (Index j = 0; j < degree; ++j) square += c[at_index(i)] * gram(i, j) * c[at_index(j)];
      length += rule.weights[q] / static_cast<double>(length_pieces) * static_cast<double>(degree) * std::sqrt(std::fmax(0.0, square));
    }
  return length;
}

// Restrictions to the flats that the pieces of a curve lie in, each made when it is first asked for.
class AlongCurve {
 public:
  AlongCurve(ProblemRef problem, const Curve& curve, double first_value, double last_value)
      : problem_(problem), curve_(curve), ends_{first_value, last_value} {}

  void operator()(std::span<const double> t, std::span<double> out) {
    std::map<Index, std::vector<std::size_t>> of_piece;
    for (std::size_t k = 0; k < t.size(); ++k) {
      if (t[k] == 0.0 || t[k] == 1.0) out[k] = ends_[t[k] == 0.0 ? 0 : 1];
      else of_piece[curve_.kind() == CurveKind::bezier ? 0 : piece_of(curve_.knots(), t[k])].push_back(k);
    }
    for (const auto& [piece, which] : of_piece) evaluate(piece, which, t, out);
  }

 private:
  struct Flat {
    Index first = 0, count = 0;  // of the control points whose steps from point `first` span it
    std::unique_ptr<Restriction> restriction;
  };

  const Flat& flat(Index piece) {
    Flat& f = flats_[piece];
    if (f.restriction) return f;
    const ConstMatrixView control = curve_.control();
    f.first = curve_.kind() == CurveKind::bezier ? 0 : piece;
    f.count = curve_.kind() == CurveKind::bezier ? control.cols - 1 : 1;
    Matrix directions(control.rows, f.count);
    for (Index j = 0; j < f.count; ++j)
      for (Index i = 0; i < control.rows; ++i) directions(i, j) = control(i, f.first + 1 + j) - control(i, f.first);
    f.restriction = problem_.restrict_to({control.col(f.first), at_index(control.rows)}, directions);
    return f;
  }

  void evaluate(Index piece, const std::vector<std::size_t>& which, std::span<const double> t, std::span<double> out) {
    const Flat& f = flat(piece);
    Matrix coordinates(f.count, std::ssize(which));
    Vector c(at_index(curve_.num_bends() + 2)), values(which.size());
    for (std::size_t k = 0; k < which.size(); ++k) {
      curve_.coefficients(t[which[k]], c);
      std::copy_n(c.begin() + f.first + 1, f.count, coordinates.col(static_cast<Index>(k)));
    }
    f.restriction->values(coordinates, values);
    for (std::size_t k = 0; k < which.size(); ++k) out[which[k]] = values[k];
  }

  ProblemRef problem_;
  Curve curve_;
  double ends_[2];
  std::map<Index, Flat> flats_;
};

}  // namespace

Curve::Curve(CurveKind kind, Matrix control, Vector knots) : kind_(kind), control_(std::move(control)), knots_(std::move(knots)) {
  if (control_.cols() < 2) throw InputError("Curve control", "at least two points", std::to_string(control_.cols()));
  if (kind == CurveKind::straight && num_bends() > 0) throw InputError("Curve control", "two points on a straight line", std::to_string(control_.cols()));
  if (kind == CurveKind::bezier) knots_ = {0.0, 1.0};
  else if (knots_.empty()) knots_ = even_knots(control_.cols());
  const bool is_one_a_point = kind == CurveKind::bezier || std::ssize(knots_) == control_.cols();
  const bool ascends = std::adjacent_find(knots_.begin(), knots_.end(), [](double s, double t) { return !(s < t); }) == knots_.end();
  if (!is_one_a_point || !ascends || knots_.front() != 0.0 || knots_.back() != 1.0)
    throw InputError("Curve knots", "as many as control points, ascending from 0 to 1", std::to_string(knots_.size()) + " others");
}

Curve Curve::along_line(CurveKind kind, std::span<const double> a, std::span<const double> b, Index num_bends) {
  if (a.size() != b.size()) throw InputError("the ends of a curve", "vectors of one length", std::to_string(a.size()) + " and " + std::to_string(b.size()));
  Matrix control(std::ssize(a), num_bends + 2);
  for (Index j = 0; j <= num_bends + 1; ++j) {
    const double t = static_cast<double>(j) / static_cast<double>(num_bends + 1);
    for (std::size_t i = 0; i < a.size(); ++i) control(static_cast<Index>(i), j) = j > num_bends ? b[i] : (1.0 - t) * a[i] + t * b[i];
  }
  return Curve(kind, std::move(control));
}

void Curve::coefficients(double t, std::span<double> out) const {
  if (kind_ == CurveKind::bezier) return bernstein(t, out);
  std::fill(out.begin(), out.end(), 0.0);
  const Index j = piece_of(knots_, t);
  const double left = knots_[at_index(j)], right = knots_[at_index(j + 1)], share = (t - left) / (right - left);
  out[at_index(j)] = 1.0 - share;
  out[at_index(j + 1)] = share;
}

Vector Curve::at(double t) const {
  Vector c(at_index(num_bends() + 2)), x(at_index(dimension()), 0.0);
  coefficients(t, c);
  for (Index j = 0; j < control_.cols(); ++j)
    if (c[at_index(j)] != 0.0) axpy(c[at_index(j)], {control_.col(j), x.size()}, x);
  return x;
}

double Curve::length() const {
  if (kind_ == CurveKind::bezier) return bezier_length(control_);
  double length = 0.0;
  for (Index j = 0; j + 1 < control_.cols(); ++j) length += chord(control_, j);
  return length;
}

Vector length_shares(ConstMatrixView points) {
  Vector shares(at_index(points.cols), 0.0);
  for (Index j = 0; j + 1 < points.cols; ++j) shares[at_index(j + 1)] = shares[at_index(j)] + chord(points, j);
  const double length = shares.back();
  for (double& s : shares) s /= length;
  shares.back() = 1.0;
  const bool ascends = std::adjacent_find(shares.begin(), shares.end(), [](double s, double t) { return !(s < t); }) == shares.end();
  return ascends ? shares : even_knots(points.cols);
}

ValuesAlong values_along(ProblemRef problem, const Curve& curve, double first_value, double last_value) {
  const auto along = std::make_shared<AlongCurve>(problem, curve, first_value, last_value);
  return [along](std::span<const double> t, std::span<double> out) { (*along)(t, out); };
}

}  // namespace nadir
