// NumPy's .npy (NumPy enhancement proposal 1): one array in one file.
//
// Read: versions 1, 2 and 3; booleans, integers of 1, 2, 4, 8 bytes, floats of 2, 4, 8 bytes; either byte
// order; C and Fortran order (the latter is reordered). Everything becomes double without rounding.
// Refused with an InputError that says what was found: objects, structures, complex numbers, text, long
// doubles, integers beyond 2^53, and files that are shorter or longer than their header says.
// Written: version 1, '<f8', C order; byte for byte what numpy.save writes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nadir/io/array.hpp"

namespace nadir {

// Throws InputError when the file is missing or is not such an array.
Array read_npy(const std::string& path);

// From memory; `place` stands for the file in messages.
Array parse_npy(std::span<const std::byte> bytes, const std::string& place);

// Replaces the file atomically. Throws FileError when the system refuses.
void write_npy(const std::string& path, const Array& array);

// The bytes before the values, a multiple of 64 of them.
std::string npy_header(const Array& array);

}  // namespace nadir
