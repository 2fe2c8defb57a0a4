// verify, for the faces: the checker itself is nadir/verify, which links neither solvers nor judges.
#pragma once

#include "nadir/verify/verify.hpp"
