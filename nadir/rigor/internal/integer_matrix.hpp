// FLINT's integers and integer matrices as C++ values; included by .cpp files only.
#pragma once

#include <flint/fmpz.h>
#include <flint/fmpz_mat.h>

#include <span>
#include <string>

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

class Integer {
 public:
  Integer() { fmpz_init(value_); }
  ~Integer() { fmpz_clear(value_); }
  Integer(const Integer&) = delete;
  Integer& operator=(const Integer&) = delete;
  fmpz* get() { return value_; }

 private:
  fmpz_t value_;
};

class IntegerMatrix {
 public:
  IntegerMatrix(Index rows, Index cols) { fmpz_mat_init(value_, rows, cols); }
  ~IntegerMatrix() { fmpz_mat_clear(value_); }
  IntegerMatrix(const IntegerMatrix&) = delete;
  IntegerMatrix& operator=(const IntegerMatrix&) = delete;
  fmpz* at(Index i, Index j) { return fmpz_mat_entry(value_, i, j); }
  fmpz_mat_struct* get() { return value_; }

 private:
  fmpz_mat_t value_;
};

// The greatest e such that every entry that is not zero is an integer multiple of 2^e; 0 if all are zero.
int common_exponent(ConstMatrixView A);
// out <- x / 2^exponent, which must be an integer.
void set_scaled(fmpz* out, double x, int exponent);
// Reads a decimal integer; false if it is not one.
bool set_decimal(fmpz* out, const std::string& text);
std::string to_decimal(const fmpz* x);

}  // namespace nadir::internal
