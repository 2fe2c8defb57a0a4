// Independent truth for the tests of rigor/: exact dyadic numbers (Arb's arf at unlimited precision) and exact
// eigenvalue counts (FLINT's characteristic polynomial over the integers).
#pragma once

#include <arf.h>
#include <flint/fmpz_mat.h>
#include <flint/fmpz_poly.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir::oracle {

// A dyadic rational; arithmetic is exact.
class Exact {
 public:
  Exact(double x = 0.0) { arf_init(value_); arf_set_d(value_, x); }
  Exact(const Exact& other) { arf_init(value_); arf_set(value_, other.value_); }
  Exact& operator=(const Exact& other) { arf_set(value_, other.value_); return *this; }
  ~Exact() { arf_clear(value_); }

  friend Exact operator+(const Exact& a, const Exact& b) {
    Exact c;
    arf_add(c.value_, a.value_, b.value_, ARF_PREC_EXACT, ARF_RND_DOWN);
    return c;
  }
  friend Exact operator-(const Exact& a, const Exact& b) {
    Exact c;
    arf_sub(c.value_, a.value_, b.value_, ARF_PREC_EXACT, ARF_RND_DOWN);
    return c;
  }
  friend Exact operator*(const Exact& a, const Exact& b) {
    Exact c;
    arf_mul(c.value_, a.value_, b.value_, ARF_PREC_EXACT, ARF_RND_DOWN);
    return c;
  }
  friend bool operator<=(const Exact& a, const Exact& b) { return arf_cmp(a.value_, b.value_) <= 0; }
  friend bool operator<(const Exact& a, const Exact& b) { return arf_cmp(a.value_, b.value_) < 0; }
  friend bool operator==(const Exact& a, const Exact& b) { return arf_equal(a.value_, b.value_) != 0; }
  Exact magnitude() const { return *this <= Exact(0.0) ? Exact(0.0) - *this : *this; }
  // value = out 2^exponent
  void to_scaled_integer(fmpz_t out, long exponent) const {
    arf_t scaled;
    arf_init(scaled);
    arf_mul_2exp_si(scaled, value_, -exponent);
    arf_get_fmpz(out, scaled, ARF_RND_DOWN);
    arf_clear(scaled);
  }

 private:
  arf_t value_;
};

inline bool contains(const Interval& interval, const Exact& x) {
  return Exact(interval.lower) <= x && x <= Exact(interval.upper);
}

// |x - mid| <= rad
inline bool in_ball(double mid, double rad, const Exact& x) {
  return std::isinf(rad) || (x - Exact(mid)).magnitude() <= Exact(rad);
}

// The inertia of the symmetric matrix A - shift I, exactly: a characteristic polynomial has real roots only,
// and then Descartes' rule of signs counts the positive ones. Entries must be multiples of 2^-2200.
inline Inertia exact_inertia(ConstMatrixView A, double shift = 0.0) {
  const Index n = A.rows;
  fmpz_mat_t N;
  fmpz_mat_init(N, n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      (i == j ? Exact(A(i, j)) - Exact(shift) : Exact(A(i, j))).to_scaled_integer(fmpz_mat_entry(N, i, j), -2200);
  fmpz_poly_t p;
  fmpz_poly_init(p);
  fmpz_mat_charpoly(p, N);
  Inertia count;
  Index lowest = 0;
  while (fmpz_is_zero(fmpz_poly_get_coeff_ptr(p, lowest))) ++lowest;
  count.undecided = lowest;
  int last_sign = 0;
  for (Index k = lowest; k <= n; ++k) {
    const int sign = fmpz_sgn(fmpz_poly_get_coeff_ptr(p, k));
    if (sign != 0 && last_sign != 0 && sign != last_sign) ++count.positive;
    if (sign != 0) last_sign = sign;
  }
  count.negative = n - count.undecided - count.positive;
  fmpz_poly_clear(p);
  fmpz_mat_clear(N);
  return count;
}

// Does the interval contain the eigenvalue of rank `i` (0 the smallest) of the symmetric matrix A?
inline bool contains_eigenvalue(ConstMatrixView A, Index i, const Interval& interval) {
  if (std::isfinite(interval.lower) && exact_inertia(A, interval.lower).negative > i) return false;
  if (!std::isfinite(interval.upper)) return true;
  const Inertia at_upper = exact_inertia(A, interval.upper);
  return at_upper.negative + at_upper.undecided > i;
}

// How often a property is tried: `usual`, times NADIR_TEST_MULTIPLIER where that is set.
inline int repetitions(int usual) {
  const char* text = std::getenv("NADIR_TEST_MULTIPLIER");
  return text == nullptr ? usual : static_cast<int>(usual * std::atof(text)) + 1;
}

enum class Kind { normal, scaled, integer, sparse, tiny, subnormal, huge, low_rank, count };

// Random entries of the named kind; `scaled` spans 60 decades, `huge` products overflow, `tiny` ones underflow.
inline Matrix random_matrix(Index rows, Index cols, Kind kind, std::mt19937_64& generator) {
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> digit(-9, 9), exponent(-100, 100);
  Matrix A(rows, cols);
  const double column_0 = normal(generator);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) {
      const double x = normal(generator);
      switch (kind) {
        case Kind::scaled: A(i, j) = std::ldexp(x, exponent(generator)); break;
        case Kind::integer: A(i, j) = digit(generator); break;
        case Kind::sparse: A(i, j) = digit(generator) > 5 ? x : 0.0; break;
        case Kind::tiny: A(i, j) = digit(generator) > 0 ? x * 1e-170 : 0.0; break;
        case Kind::subnormal: A(i, j) = digit(generator) * 0x1p-1074; break;
        case Kind::huge: A(i, j) = x * 1e160; break;
        case Kind::low_rank: A(i, j) = column_0 + static_cast<double>(i); break;
        default: A(i, j) = x;
      }
    }
  return A;
}

inline Matrix random_symmetric(Index n, Kind kind, std::mt19937_64& generator) {
  Matrix A = random_matrix(n, n, kind, generator);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < j; ++i) A(i, j) = A(j, i);
  return A;
}

inline Kind kind_of(int number) { return static_cast<Kind>(number % static_cast<int>(Kind::count)); }

}  // namespace nadir::oracle
