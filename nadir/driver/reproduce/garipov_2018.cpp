// Minima of networks are joined by simple curves along which the loss stays low [Garipov2018].
#include <cmath>
#include <string>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/driver/reproduce/trained_students.hpp"
#include "nadir/landscape/find_path.hpp"
#include "nadir/landscape/train_curve.hpp"

namespace nadir {
namespace {

constexpr int num_pairs = 4;
constexpr Index width = 32;
// Narrow networks have narrower valleys than the published ones: their curves may rise to this many times the ends' loss,
// where the line rises to ten times and more.
constexpr double most_of_bezier = 2.5, most_of_polygon = 5.0;
constexpr const char* independent = "independent program";

// (ab - 1)^2 / 2.
class Valley {
 public:
  Valley() { layout_.add("x", 2, 1); }
  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const { return 0.5 * square(x[0] * x[1] - 1.0); }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const { return std::make_unique<At>(x[0], x[1], value(x)); }

 private:
  static double square(double x) { return x * x; }
  class At : public Expansion {
   public:
    At(double a, double b, double value) : a_(a), b_(b), value_(value) {}
    double value() const override { return value_; }
    void gradient(std::span<double> out) const override {
      out[0] = (a_ * b_ - 1.0) * b_;
      out[1] = (a_ * b_ - 1.0) * a_;
    }
    void apply_hessian(ConstMatrixView V, MatrixView out) const override {
      for (Index j = 0; j < V.cols; ++j) {
        out(0, j) = b_ * b_ * V(0, j) + (2.0 * a_ * b_ - 1.0) * V(1, j);
        out(1, j) = (2.0 * a_ * b_ - 1.0) * V(0, j) + a_ * a_ * V(1, j);
      }
    }

   private:
    double a_, b_, value_;
  };
  Layout layout_;
};

void add_valley(Reproduction& result) {
  const Valley valley;
  const Vector a = {2.0, 0.5}, b = {0.5, 2.0};
  const TrainCurveOptions exact{.gradient_tol = 1e-12, .progress_tol = 0.0};
  const TrainedCurve bezier = train_curve(valley, CurveKind::bezier, a, b, 1, exact), polygon = train_curve(valley, CurveKind::polygon, a, b, 1, exact);
  const Path path = find_path(valley, a, b, {}, {.kinds = {CurveKind::bezier, CurveKind::polygon}});
  result.rows.push_back(close_row("(ab - 1)^2/2 from (2, 1/2) to (1/2, 2): greatest on the line", 81.0 / 512.0, path.curves[0].barrier.value, 1e-9, "closed form"));
  result.rows.push_back(close_row("the same: mean along the best Bezier curve of one bend", 2.6403032474e-05, bezier.mean, 1e-6, independent));
  result.rows.push_back(close_row("the same: greatest on it", 5.94666263e-05, path.curves[1].barrier.value, 1e-3, independent));
  result.rows.push_back(close_row("the same: mean along the best polygon of one bend", 1.354433053653e-03, polygon.mean, 1e-6, independent));
  result.rows.push_back(close_row("the same: greatest on it", 7.38605619e-03, path.curves[2].barrier.value, 1e-3, independent));
}

void add_networks(std::uint64_t seed, Reproduction& result) {
  std::int64_t walls = 0, crossed = 0;
  double bezier = 0.0, polygon = 0.0;
  for (std::uint64_t i = 0; i < num_pairs; ++i) {
    const TrainedStudents pair(width, 100 * seed + i);
    const Path path = find_path(pair.problem(), pair.first().values, pair.second().values, {}, {.kinds = {CurveKind::bezier, CurveKind::polygon}});
    const double end = std::fmax(path.values[0], path.values[1]), wall = path.curves[0].barrier.height;
    walls += path.curves[0].barrier.value > 10.0 * end;
    crossed += path.curves[1].barrier.height < 0.02 * wall && path.curves[2].barrier.height < 0.1 * wall;
    bezier = std::fmax(bezier, path.curves[1].barrier.value / end);
    polygon = std::fmax(polygon, path.curves[2].barrier.value / end);
  }
  result.rows.push_back(always_row("pairs of trained networks: a barrier on the line, ten times the loss of either", "all", walls, num_pairs));
  result.rows.push_back(always_row("one bend takes 98 % of it away (polygon: 90 %)", "all", crossed, num_pairs));
  result.rows.push_back(at_most_row("greatest loss over the ends', Bezier (there .18/.18 and .89/.89 on CIFAR-10 and -100)", most_of_bezier, bezier, "our bound for narrow networks; 1.00 there"));
  result.rows.push_back(at_most_row("the same, polygon (there .18/.18 and 1.05/.89)", most_of_polygon, polygon, "our bound for narrow networks; 1.00 and 1.18 there"));
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  add_valley(result);
  add_networks(seed, result);
  return result;
}

}  // namespace

PublishedClaim garipov_2018() {
  return {"garipov-2018-mode-connectivity", "Garipov, Izmailov, Podoprikhin, Vetrov, Wilson 2018, Loss surfaces, mode connectivity, and fast ensembling of DNNs, section 3 and table 1",
          "curves of one bend between minima: a valley whose best curves are known, and pairs of small relu networks trained from two starts, "
          "where the line has a barrier and the curves have next to none; the published networks are 164 layers deep, so that losses compare as ratios to the ends'",
          run};
}

}  // namespace nadir
