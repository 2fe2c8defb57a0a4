// One .npy array from any source of bytes; npy.hpp and npz.hpp share it.
#pragma once

#include <string>

#include "nadir/io/array.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/npy_header.hpp"

namespace nadir::internal {

// What stands before the elements; the source goes on with the first of them.
NpyHeader read_npy_header(ByteSource& source, const std::string& place);

// Reads to the end of the source, so that a checksum behind it is compared.
Array read_npy(ByteSource& source, const std::string& place);

// One short ASCII text, as numpy.save writes numpy.array("csr") or numpy.array(b"csr"), without the NULs at its
// end; other arrays are numbers to us. Reads to the end of the source too.
std::string read_npy_text(ByteSource& source, const std::string& place);

}  // namespace nadir::internal
