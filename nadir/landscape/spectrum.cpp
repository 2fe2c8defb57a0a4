#include "nadir/landscape/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/memory.hpp"
#include "nadir/landscape/internal/ends.hpp"
#include "nadir/landscape/internal/student.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t probe_stream = 0x70726f6265730000;

struct Setting {
  const SymmetricOperator& op;
  const Layout& layout;
  const SpectrumOptions& options;
};

void require(const Layout& layout, const SpectrumOptions& o) {
  if (layout.dimension() < 1) throw InputError("spectrum", "a problem with parameters", "none");
  if (o.top < 1) throw InputError("spectrum top", "a number >= 1", std::to_string(o.top));
  if (o.probes < 2) throw InputError("spectrum probes", "a number >= 2", std::to_string(o.probes));
  if (o.steps < 2) throw InputError("spectrum steps", "a number >= 2", std::to_string(o.steps));
  if (!(o.tol > 0.0)) throw InputError("spectrum tol", "a number > 0", std::to_string(o.tol));
  if (!(o.confidence > 0.0 && o.confidence < 1.0)) throw InputError("spectrum confidence", "a number between 0 and 1", std::to_string(o.confidence));
}

// Uniform on the unit sphere, a column each.
Matrix random_probes(Index n, Index count, std::uint64_t seed) {
  Matrix X(n, count);
  Random(seed, probe_stream).fill_normal(X.flat());
  for (Index j = 0; j < count; ++j) {
    const std::span<double> x(X.col(j), static_cast<std::size_t>(n));
    scale(1.0 / norm(x), x);
  }
  return X;
}

// ---- everything at once, where the matrix is small -----------------------------------------------------------------

double trace_of(ConstMatrixView A) {
  double sum = 0.0;
  for (Index i = 0; i < A.rows; ++i) sum += A(i, i);
  return sum;
}

// A kernel that shows the spectrum as finely as that many steps would; something positive for a spectrum of one value.
double kernel_width(double least, double greatest, Index steps) {
  const double range = greatest - least, size = std::fmax(std::fabs(least), std::fabs(greatest));
  return std::fmax(range / static_cast<double>(steps), size > 0.0 ? 1e-6 * size : 1e-300);
}

Spectrum whole_spectrum(const Setting& s) {
  Spectrum spectrum{.dimension = s.op.dimension, .confidence = s.options.confidence, .is_whole = true};
  const Matrix A = assemble(s.op);
  spectrum.num_products = s.op.dimension;
  spectrum.is_finite = all_finite(A);
  if (!spectrum.is_finite) return spectrum;
  const SymmetricEigen eigen = symmetric_eigen(A);
  spectrum.extremes = internal::whole_ends(A, eigen, s.options.top);
  spectrum.measure = {.dimension = A.rows(), .peaks = eigen.values, .nodes = {}, .weights = Matrix(0, 0)};
  spectrum.density = smooth(spectrum.measure, kernel_width(eigen.values.front(), eigen.values.back(), s.options.steps), 0, 0.0);
  spectrum.trace.value = trace_of(A);
  for (const BlockShape& shape : s.layout.blocks()) {
    if (!s.options.with_blocks || s.layout.num_blocks() < 2) break;
    const Matrix block(A.view().block(shape.offset, shape.offset, shape.size(), shape.size()));
    const Extremes ends = internal::whole_ends(block, symmetric_eigen(block), 1);
    spectrum.blocks.push_back({shape.name, shape.size(), {trace_of(block), 0.0}, ends.least[0], ends.greatest[0]});
  }
  return spectrum;
}

// ---- Lanczos -------------------------------------------------------------------------------------------------------

// What is known of every Ritz pair, to tell outliers.
struct RitzPairs {
  const Vector& values;
  const Vector& residuals;
  const Vector& weights;  // n times the squared component, summed over the probes: about their number for a simple eigenvalue
};

// c Ritz vectors that hold more of the probes than c eigenvectors would, by six standard deviations of chi squared, stand for a
// larger eigenspace.
bool may_be_simple(double weight, Index count, Index probes) {
  const auto mean = static_cast<double>(count * probes);
  return weight <= mean + 6.0 * std::sqrt(2.0 * mean);
}

// The eigenvalues at either end that stand for themselves: groups of Ritz values, apart from all others by more than
// `apart`, all converged to a hundredth of that, fewer than the probes (else their eigenspace may be larger than the
// Krylov space shows) and with no more than their share of the probes.
std::vector<Index> outliers(const RitzPairs& pairs, double apart, Index probes) {
  const auto at = [](const Vector& v, Index i) { return v[static_cast<std::size_t>(i)]; };
  const Index size = std::ssize(pairs.values);
  std::vector<Index> found;
  const auto walk = [&](Index first, Index step) {
    for (Index i = first; i >= 0 && i < size;) {
      Index last = i;  // of the group that begins here
      const auto next_is_near = [&] {
        return last + step >= 0 && last + step < size && std::fabs(at(pairs.values, last + step) - at(pairs.values, last)) <= apart;
      };
      while (next_is_near()) last += step;
      const Index count = std::abs(last - i) + 1;
      double weight = 0.0, residual = 0.0;
      for (Index k = std::min(i, last); k <= std::max(i, last); ++k) {
        weight += at(pairs.weights, k);
        residual = std::fmax(residual, at(pairs.residuals, k));
      }
      if (count >= probes || count == size || !(residual <= 0.01 * apart) || !may_be_simple(weight, count, probes)) return;
      for (Index k = i; k != last + step; k += step) found.push_back(k);
      i = last + step;
    }
  };
  walk(0, 1);
  if (std::ssize(found) < size) walk(size - 1, -1);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// What one look at the Krylov space tells.
struct Look {
  SymmetricEigen ritz;
  Vector residuals;
  std::vector<Index> outliers;
  SpectralMeasure measure;
  Matrix probe_coefficients;  // of the probes' parts beside the outliers, in the Ritz vectors; zero rows for outliers
  double sigma = 0.0;
};

// The steps asked for, or as many as fit.
Index steps_that_fit(const Setting& s, std::size_t bytes_an_entry) {
  const SpectrumOptions& o = s.options;
  const double budget = o.most_basis_bytes > 0.0 ? o.most_basis_bytes : 0.5 * usable_memory_bytes();
  const double step_bytes = static_cast<double>(s.op.dimension) * static_cast<double>(o.probes) * static_cast<double>(bytes_an_entry);
  if (2.0 * step_bytes > budget) {
    const auto bytes = [](double x) { return std::to_string(static_cast<long long>(x)) + " bytes"; };
    throw InputError("spectrum probes", "so few that two steps of them fit into " + bytes(budget), bytes(2.0 * step_bytes) + " for " + std::to_string(o.probes));
  }
  return static_cast<Index>(std::fmin(static_cast<double>(o.steps), budget / step_bytes));
}

template <class Scalar>
class Slq {
 public:
  Slq(const Setting& setting, const typename BlockKrylov<Scalar>::Operator& apply, double rough_error)
      : s_(setting), apply_(apply), n_(setting.op.dimension), rough_error_(rough_error), most_steps_(steps_that_fit(setting, sizeof(Scalar))),
        krylov_(n_, setting.options.probes * most_steps_, Orthogonality::semi),
        start_(krylov_.append(random_probes(n_, setting.options.probes, setting.options.seed))),
        quantile_(internal::student_quantile(setting.options.probes - 1, setting.options.confidence)) {}

  Spectrum run();

 private:
  Look look() const;
  bool is_enough(const Look& look) const;
  void estimate_traces(const Look& look, Spectrum& spectrum) const;
  void measure_extremes(const Look& look, Spectrum& spectrum) const;
  void measure_again_in_double(Spectrum& spectrum) const;
  internal::KrylovEnds ends(const Look& look) const { return {look.ritz, start_.rows(), krylov_.last_block_width()}; }
  ExtremesOptions extremes_options() const {
    return {.count = s_.options.top, .tol = s_.options.tol, .failure_probability = 1.0 - s_.options.confidence};
  }

  const Setting& s_;
  const typename BlockKrylov<Scalar>::Operator& apply_;
  Index n_;
  double rough_error_;
  Index most_steps_;
  BlockKrylov<Scalar> krylov_;
  Matrix start_;  // R of the probes
  double quantile_;
  Index steps_ = 0;
};

template <class Scalar>
Look Slq<Scalar>::look() const {
  Look look{.ritz = krylov_.ritz()};
  const Vector& values = look.ritz.values;
  const Index size = std::ssize(values);
  for (Index i = 0; i < size; ++i) look.residuals.push_back(krylov_.residual(look.ritz, i));
  look.sigma = kernel_width(values.front(), values.back(), s_.options.steps);
  look.probe_coefficients = product(look.ritz.vectors.view().block(0, 0, start_.rows(), size), Op::transpose, start_, Op::none);
  Vector weights(values.size(), 0.0);
  for (Index p = 0; p < start_.cols(); ++p)
    for (Index k = 0; k < size; ++k) weights[static_cast<std::size_t>(k)] += static_cast<double>(n_) * std::pow(look.probe_coefficients(k, p), 2);
  look.outliers = outliers({values, look.residuals, weights}, 0.5 * look.sigma, s_.options.probes);
  look.measure.dimension = n_;
  Matrix& C = look.probe_coefficients;
  for (const Index k : look.outliers) {
    look.measure.peaks.push_back(values[static_cast<std::size_t>(k)]);
    for (Index p = 0; p < C.cols(); ++p) C(k, p) = 0.0;
  }
  std::vector<Index> rest;
  for (Index k = 0; k < size; ++k)
    if (!std::binary_search(look.outliers.begin(), look.outliers.end(), k)) rest.push_back(k);
  look.measure.weights = Matrix(std::ssize(rest), C.cols());
  for (Index r = 0; r < std::ssize(rest); ++r) look.measure.nodes.push_back(values[static_cast<std::size_t>(rest[static_cast<std::size_t>(r)])]);
  for (Index p = 0; p < C.cols(); ++p) {
    const double squares = dot({C.col(p), static_cast<std::size_t>(size)}, {C.col(p), static_cast<std::size_t>(size)});
    if (!(squares > 0.0)) continue;
    for (Index k = 0; k < size; ++k) C(k, p) /= std::sqrt(squares);
    for (Index r = 0; r < std::ssize(rest); ++r) look.measure.weights(r, p) = std::pow(C(rest[static_cast<std::size_t>(r)], p), 2);
  }
  return look;
}

template <class Scalar>
bool Slq<Scalar>::is_enough(const Look& look) const {
  const Vector& values = look.ritz.values;
  const auto residual = [&](Index i) { return look.residuals[static_cast<std::size_t>(i)]; };
  if (!internal::have_converged(ends(look), n_, extremes_options(), residual)) return false;
  const SmoothedDensity density = smooth(look.measure, look.sigma, steps_, quantile_, 128);
  const double promised = gaussian_quadrature_error(look.sigma, values.back() - values.front(), 2 * s_.options.steps - 1) /
                          (look.sigma * std::sqrt(2.0 * std::numbers::pi));
  const double error_bar = *std::max_element(density.half_widths.begin(), density.half_widths.end());
  return density.quadrature_error <= std::fmax(promised, error_bar / 3.0);
}

// For the whole first, then for each block: a probe's estimate is (n - c) u_B^T (A u)_B, and outliers add theirs.
template <class Scalar>
void Slq<Scalar>::estimate_traces(const Look& look, Spectrum& spectrum) const {
  const Index size = std::ssize(look.ritz.values), probes = s_.options.probes, c = std::ssize(look.outliers);
  const auto scale_up = static_cast<double>(n_ - c);
  Vector estimates;
  for (Index p = 0; p < probes; ++p) {
    double sum = 0.0;
    for (Index k = 0; k < size; ++k) sum += std::pow(look.probe_coefficients(k, p), 2) * look.ritz.values[static_cast<std::size_t>(k)];
    estimates.push_back(scale_up * sum);
  }
  const internal::Estimate rest = internal::mean_with_interval(estimates, quantile_);
  spectrum.trace = {rest.value, rest.half_width};
  for (const Index k : look.outliers) spectrum.trace.value += look.ritz.values[static_cast<std::size_t>(k)];
  if (!s_.options.with_blocks || s_.layout.num_blocks() < 2) return;

  // In the basis: the probes U, their images A U, and the outliers' vectors, side by side.
  Matrix scaled(look.probe_coefficients), picked(size, c);
  for (Index k = 0; k < size; ++k)
    for (Index p = 0; p < probes; ++p) scaled(k, p) *= look.ritz.values[static_cast<std::size_t>(k)];
  for (Index j = 0; j < c; ++j) picked(look.outliers[static_cast<std::size_t>(j)], j) = 1.0;
  Matrix U(n_, probes), AU(n_, probes), V(n_, c);
  krylov_.combine(product(look.ritz.vectors, look.probe_coefficients), U);
  krylov_.combine(product(look.ritz.vectors, scaled), AU);
  if (c > 0) krylov_.combine(product(look.ritz.vectors, picked), V);
  for (const BlockShape& shape : s_.layout.blocks()) {
    const auto part = [&](const Matrix& M, Index j) { return std::span<const double>(M.col(j) + shape.offset, static_cast<std::size_t>(shape.size())); };
    Vector of_block;
    for (Index p = 0; p < probes; ++p) of_block.push_back(scale_up * dot(part(U, p), part(AU, p)));
    const internal::Estimate estimate = internal::mean_with_interval(of_block, quantile_);
    BlockSpectrum block{.name = shape.name, .dimension = shape.size(), .trace = {estimate.value, estimate.half_width}, .least = {}, .greatest = {}};
    for (Index j = 0; j < c; ++j) block.trace.value += look.measure.peaks[static_cast<std::size_t>(j)] * dot(part(V, j), part(V, j));
    spectrum.blocks.push_back(block);
  }
}

template <class Scalar>
void Slq<Scalar>::measure_extremes(const Look& look, Spectrum& spectrum) const {
  const Vector& values = look.ritz.values;
  const std::vector<Index> which = internal::outermost(std::ssize(values), s_.options.top);
  Matrix coefficients(std::ssize(values), std::ssize(which)), Y(n_, std::ssize(which));
  for (std::size_t k = 0; k < which.size(); ++k)
    std::copy_n(look.ritz.vectors.col(which[k]), coefficients.rows(), coefficients.col(static_cast<Index>(k)));
  krylov_.combine(coefficients, Y);
  internal::measure_ends(s_.op, std::move(Y), ends(look), extremes_options(), spectrum.extremes);
  spectrum.is_finite = spectrum.extremes.is_finite;
}

// An end that is small beside the other may drown in the error of single precision.
template <class Scalar>
void Slq<Scalar>::measure_again_in_double(Spectrum& spectrum) const {
  ExtremesOptions options = extremes_options();
  if (rough_error_ == 0.0 || internal::all_converged(spectrum.extremes, options)) return;
  options.may_be_rough = false;
  options.seed = s_.options.seed;
  options.should_stop = s_.options.should_stop;
  Extremes exact = find_extremes(s_.op, options);
  exact.num_products += spectrum.extremes.num_products;
  exact.rough_error = rough_error_;
  if (exact.is_finite && internal::all_converged(exact, options)) spectrum.extremes = std::move(exact);
}

template <class Scalar>
Spectrum Slq<Scalar>::run() {
  using Growth = typename BlockKrylov<Scalar>::Growth;
  Spectrum spectrum{.dimension = n_, .confidence = s_.options.confidence};
  spectrum.extremes.rough_error = rough_error_;
  Index next_look = 4;
  bool is_resolved = false;
  for (Growth growth = Growth::grew; growth == Growth::grew && steps_ < most_steps_;) {
    growth = krylov_.expand(apply_);
    spectrum.is_finite = growth != Growth::not_finite;
    if (!spectrum.is_finite) return spectrum;
    ++steps_;
    spectrum.is_stopped = s_.options.should_stop && s_.options.should_stop();
    if (spectrum.is_stopped && steps_ >= 2) break;
    if (steps_ < next_look) continue;
    is_resolved = is_enough(look());
    if (is_resolved) break;
    next_look = steps_ + std::max<Index>(2, steps_ / 4);
  }
  const Look last = look();
  spectrum.steps = steps_;
  spectrum.measure = last.measure;
  spectrum.density = smooth(last.measure, last.sigma, steps_, quantile_);
  estimate_traces(last, spectrum);
  measure_extremes(last, spectrum);
  if (is_resolved && spectrum.is_finite) measure_again_in_double(spectrum);
  spectrum.num_products = krylov_.num_products() + spectrum.extremes.num_products;
  spectrum.extremes.num_products = spectrum.num_products;
  return spectrum;
}

// Small blocks are assembled: their traces are then exact as well.
void examine_blocks(const Setting& s, Spectrum& spectrum) {
  for (std::size_t i = 0; i < spectrum.blocks.size(); ++i) {
    spectrum.is_stopped = spectrum.is_stopped || (s.options.should_stop && s.options.should_stop());
    if (spectrum.is_stopped) return spectrum.blocks.resize(i);
    BlockSpectrum& block = spectrum.blocks[i];
    const SymmetricOperator part = diagonal_block(s.op, s.layout.blocks()[i].offset, block.dimension);
    if (block.dimension <= 4 * s.options.probes) {
      const Matrix A = assemble(part);
      spectrum.num_products += block.dimension;
      spectrum.is_finite = spectrum.is_finite && all_finite(A);
      if (!spectrum.is_finite) return;
      const Extremes ends = internal::whole_ends(A, symmetric_eigen(A), 1);
      block.trace = {trace_of(A), 0.0};
      block.least = ends.least[0];
      block.greatest = ends.greatest[0];
      continue;
    }
    const Extremes ends = find_extremes(part, {.tol = s.options.tol, .may_be_rough = s.options.may_be_rough, .seed = s.options.seed, .should_stop = s.options.should_stop});
    spectrum.num_products += ends.num_products;
    spectrum.is_finite = spectrum.is_finite && ends.is_finite;
    spectrum.is_stopped = spectrum.is_stopped || ends.is_stopped;
    if (!spectrum.is_finite) return;
    block.least = ends.least[0];
    block.greatest = ends.greatest[0];
  }
}

}  // namespace

Spectrum examine_spectrum(const Expansion& expansion, const Layout& layout, const SpectrumOptions& options) {
  require(layout, options);
  const SymmetricOperator op = hessian_operator(expansion, layout.dimension());
  const Setting setting{op, layout, options};
  if (op.dimension <= options.dense_limit || (options.dense_limit > 0 && op.dimension <= options.probes * options.steps))
    return whole_spectrum(setting);
  const double error = options.may_be_rough ? rough_error(op, options.seed) : std::numeric_limits<double>::infinity();
  Spectrum spectrum = is_good_enough(error, options.tol) ? Slq<float>(setting, op.rough, error).run() : Slq<double>(setting, op.exact, 0.0).run();
  if (spectrum.is_finite) examine_blocks(setting, spectrum);
  return spectrum;
}

}  // namespace nadir
