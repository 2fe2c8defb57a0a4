// How much memory there is, so that what cannot fit is told before it is tried.
#pragma once

namespace nadir {

// Bytes that this process may use: the machine's memory, or what a control group or the address limit of the process
// allows where that is less. Says nothing of what other processes use of it. Infinity where the system does not tell.
double usable_memory_bytes();

}  // namespace nadir
