# Compile options that every target of ours gets, as an interface target: no global flags.
#
# -ffp-contract=off everywhere: a fused multiply-add that the compiler chooses would make bits depend on
# the compiler, and rigor/ reasons about the operations that are written. -ffast-math is never set.
add_library(nadir_options INTERFACE)
target_compile_features(nadir_options INTERFACE cxx_std_20)
target_compile_options(nadir_options INTERFACE -ffp-contract=off -fno-fast-math)
if(NADIR_SANITIZE)
  target_compile_options(nadir_options INTERFACE -fsanitize=${NADIR_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(nadir_options INTERFACE -fsanitize=${NADIR_SANITIZE})
endif()
if(NADIR_COVERAGE)
  # Exceptions thrown by the standard library's allocations are not branches of ours.
  target_compile_options(nadir_options INTERFACE --coverage -O0 -fprofile-abs-path)
  target_link_options(nadir_options INTERFACE --coverage)
endif()

# Designated initialisers name what they set and leave the rest at its default: no warning for that.
add_library(nadir_warnings INTERFACE)
target_compile_options(nadir_warnings INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wnon-virtual-dtor -Wcast-align -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports overlapping copies inside std::string's operator+ that cannot happen (its bug 105651).
  target_compile_options(nadir_warnings INTERFACE -Wno-restrict)
endif()
if(NADIR_WARNINGS_AS_ERRORS)
  target_compile_options(nadir_warnings INTERFACE -Werror)
endif()
