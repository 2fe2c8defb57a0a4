// Tensors by file. The ending of the name picks the format.
//
//     .npy              dense, 1 to 8 dimensions, C or Fortran order, kept as stored; read slab by slab where it is
//                       larger than the memory that it may take
//     .npz, .npz:NAME   the first array, or the named one, dense; or a sparse tensor: an archive with `coords` (entries x
//                       modes, counted from 0, or modes x entries) and `values`, and `shape` if it wants; as the sparse
//                       package of Python writes it (coords modes x entries, data, shape, fill_value 0) as well
//     .tns, .tns.gz     sparse, text (tns.hpp)
//     others            dense, what load_array.hpp reads
//
// NaN stands for a missing entry in dense tensors and is counted; infinities are refused.
#pragma once

#include <cstdint>
#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir {

// A tensor without path and fingerprint. Throws InputError naming the file, and the line or the index, for what is
// missing, malformed, empty, infinite, of more than 8 dimensions, or shorter or longer than its header says.
DataTensor read_tensor(const std::string& path, std::int64_t max_bytes_in_memory = 0);

// Half of the least of: the machine's memory, the limits on this process's address space and data (ulimit -v, -d), and
// that of its control group.
std::int64_t default_max_bytes_in_memory();

}  // namespace nadir
