// Arrays as matrices: positions of single entries, by hand.
#include "nadir/io/array.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

TEST(ToSamples, takes_the_values_over_without_moving_them) {
  Array array{{2, 3}, {1, 2, 3, 4, 5, 6}};
  const double* before = array.values.data();

  const Matrix samples = to_samples(std::move(array), "x");

  EXPECT_EQ(samples, Matrix::from_rows({{1, 4}, {2, 5}, {3, 6}}));
  EXPECT_EQ(samples.data(), before);
}

TEST(ToSamples, makes_a_vector_one_feature_and_an_image_one_column) {
  EXPECT_EQ(to_samples({{3}, {1, 2, 3}}, "x"), Matrix::from_rows({{1, 2, 3}}));
  EXPECT_EQ(to_samples({{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}, "x"),
            Matrix::from_rows({{1, 5}, {2, 6}, {3, 7}, {4, 8}}));
}

TEST(ToSamples, refuses_a_single_number) { EXPECT_THROW(to_samples({{}, {1}}, "x"), InputError); }

TEST(ToSamples, keeps_the_shape_of_empty_arrays) {
  const Matrix no_samples = to_samples({{0, 3}, {}}, "x");
  const Matrix no_features = to_samples({{3, 0}, {}}, "x");

  EXPECT_EQ(no_samples.rows(), 3);
  EXPECT_EQ(no_samples.cols(), 0);
  EXPECT_EQ(no_features.rows(), 0);
  EXPECT_EQ(no_features.cols(), 3);
}

TEST(ToMatrix, keeps_rows_and_columns) {
  EXPECT_EQ(to_matrix({{2, 3}, {1, 2, 3, 4, 5, 6}}, "x"), Matrix::from_rows({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(to_matrix({{2}, {1, 2}}, "x"), Matrix::from_rows({{1}, {2}}));
  EXPECT_EQ(to_matrix({{}, {7}}, "x"), Matrix::from_rows({{7}}));
  EXPECT_THROW(to_matrix({{1, 1, 1}, {7}}, "x"), InputError);
}

TEST(ToArray, undoes_to_matrix_and_samples_to_array_undoes_to_samples) {
  const Matrix matrix = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}});

  EXPECT_EQ(to_array(matrix), (Array{{2, 3}, {1, 2, 3, 4, 5, 6}}));
  EXPECT_EQ(samples_to_array(matrix), (Array{{3, 2}, {1, 4, 2, 5, 3, 6}}));
}

TEST(ToArray, reads_through_a_view_with_a_stride) {
  const Matrix matrix = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  const ConstMatrixView block = matrix.view().block(1, 1, 2, 2);

  EXPECT_EQ(to_array(block).values, (Vector{5, 6, 8, 9}));
  EXPECT_EQ(samples_to_array(block).values, (Vector{5, 8, 6, 9}));
}

std::string finite_reason(const Array& array) {
  try {
    require_finite(array, "x.npy");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RequireFinite, names_the_place_and_the_value) {
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_EQ(finite_reason({{2, 3}, {1, 2, 3, 4, nan, inf}}),
            "x.npy, row 1, column 1: expected a finite number, found NaN");
  EXPECT_EQ(finite_reason({{2}, {1, inf}}), "x.npy, element 1: expected a finite number, found infinity");
  EXPECT_EQ(finite_reason({{}, {-inf}}), "x.npy, element (): expected a finite number, found -infinity");
  EXPECT_EQ(finite_reason({{2, 1, 2}, {0, 0, 0, nan}}),
            "x.npy, element (1, 0, 1): expected a finite number, found NaN");
  EXPECT_EQ(finite_reason({{2}, {1, std::numeric_limits<double>::max()}}), "no error");
  EXPECT_EQ(finite_reason({{0, 3}, {}}), "no error");
}

TEST(ShapeText, is_as_python_prints_it) {
  EXPECT_EQ(shape_text({}), "()");
  EXPECT_EQ(shape_text({3}), "(3,)");
  EXPECT_EQ(shape_text({3, 4}), "(3, 4)");
}

}  // namespace
}  // namespace nadir
