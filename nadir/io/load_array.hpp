// One door for every array a person names on the command line: the ending of the name picks the format.
//
//     x.npy   x.npz (its first array)   x.npz:name   x.csv   x.tsv   x.mtx (made dense)
//     train-images-idx3-ubyte, x.idx (MNIST's format);   any of these but .npz with .gz behind it
//
// docs/formats/arrays.md says what each may hold.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "nadir/io/array.hpp"

namespace nadir {

// Throws InputError when the file is missing, of an unknown ending, or not what the ending says. NaN and
// infinities pass.
Array load_array(const std::string& path_spec);

// The file behind a spec: without the ":name" of an archive's member. Its bytes are what to fingerprint.
std::string file_of(const std::string& path_spec);

// The same from bytes in memory, under the name they would have as a file; the fuzz target's door.
Array parse_array(std::span<const std::byte> bytes, const std::string& path_spec);

// Data as the library wants it: finite, samples as columns.
struct LoadedSamples {
  Matrix samples;                   // d x n
  std::string file;                 // what was read, to fingerprint
  std::vector<std::int64_t> shape;  // as the file has it: (n, d), (n,) or (n, a, b, ...)
};

// load_array(), require_finite(), to_samples(). Throws InputError also for an array without entries.
LoadedSamples load_samples(const std::string& path_spec);

}  // namespace nadir
