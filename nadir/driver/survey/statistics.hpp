// What counts of a sample say of the whole: shares with intervals, and how much has not been seen yet.
#pragma once

#include <cstdint>

namespace nadir {

struct ShareInterval {
  double lower = 0.0, upper = 1.0;
};

// The exact interval of Clopper and Pearson [ClopperPearson1934] for the share of a class that `count` of `n` independent
// starts reached: it holds the true share with at least this probability, whatever the share is. For one class at
// a time, and for a number of starts that was fixed beforehand. n = 0: [0, 1]. Requires 0 <= count <= n.
// Relative errors are about n * 1e-13: five digits of a share are sure up to 10^7 starts.
ShareInterval clopper_pearson(std::int64_t count, std::int64_t n, double confidence);

struct UnseenShare {
  double estimate = 1.0, upper = 1.0;
};

// The total share of the classes that no start has reached. The estimate is that of Good and Turing, the share of
// starts whose class was met once [Good1953]. With at least the probability `confidence` the true share is below
//   upper = estimate + (1 + sqrt(2)) sqrt(log(2/d)/n),  d = 1 - confidence:
// the expectation of the estimate is not below that of the share, the share exceeds its own by t with probability at most
// exp(-n t^2) [BerendKontorovich2013], and the estimate, which one start changes by at most 2/n, stays t below its
// own with probability at most exp(-n t^2/2) (McDiarmid). At most 1. An estimate of 0 does not mean that all is seen.
UnseenShare unseen_share(std::int64_t num_met_once, std::int64_t n, double confidence);

}  // namespace nadir
