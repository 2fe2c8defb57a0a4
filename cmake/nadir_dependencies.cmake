# Everything nadir links, all from Debian's packages; nothing is vendored or downloaded.
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)

# OpenBLAS carries LAPACK; LAPACKE is the C interface to it.
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
find_library(NADIR_LAPACKE_LIBRARY lapacke REQUIRED)

# Highway: vector kernels for every instruction set, the best one chosen when the program runs.
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)

# FLINT 2.9 and Arb 2.23: exact rationals and ball arithmetic.
find_path(NADIR_FLINT_INCLUDE_DIR flint/flint.h REQUIRED)
find_path(NADIR_ARB_INCLUDE_DIR arb.h REQUIRED)
find_library(NADIR_FLINT_LIBRARY flint REQUIRED)
find_library(NADIR_GMP_LIBRARY gmp REQUIRED)  # inline functions of FLINT call it
find_library(NADIR_ARB_LIBRARY NAMES flint-arb arb REQUIRED)

# The classes of ONNX's schema, and protobuf, which reads the bytes into them.
find_path(NADIR_ONNX_INCLUDE_DIR onnx/onnx_pb.h REQUIRED)
find_library(NADIR_ONNX_LIBRARY onnx_proto REQUIRED)
find_library(NADIR_PROTOBUF_LIBRARY protobuf REQUIRED)

if(NADIR_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
