// The claims that `nadir reproduce` knows, one file each. What stands under `published` is printed in the cited
// work, unless its origin is named beside it: "(closed form)", "(exact count)", "(independent program)".
#pragma once

#include "nadir/driver/reproduce.hpp"

namespace nadir {

PublishedClaim kawaguchi_2016();
PublishedClaim hu_2020();
PublishedClaim nguegnang_2024();
PublishedClaim mehta_2022();
PublishedClaim achour_2024();
PublishedClaim wang_2021();
PublishedClaim trager_2020();
PublishedClaim frandsen_ge_2020();
PublishedClaim ge_lee_ma_2016();
PublishedClaim bhojanapalli_2016();
PublishedClaim yun_2019();
PublishedClaim garipov_2018();
PublishedClaim ainsworth_2023();
PublishedClaim li_2018();

}  // namespace nadir
