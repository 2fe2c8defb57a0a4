#include "nadir/io/internal/json.hpp"
#include "nadir/verify/verify.hpp"

namespace nadir {

std::string verification_to_json(const Verification& v) {
  using internal::Json;
  Json json = {{"schema", "nadir.verification/1"},
               {"verified", v.is_decided ? Json(v.verified) : Json(nullptr)},
               {"family", v.family},
               {"verdict", name(v.headline)},
               {"rigor", name(v.rigor)},
               {"statement", v.statement}};
  json["claims"] = Json::array();
  for (const ClaimResult& c : v.claims) {
    Json claim = {{"claim", c.claim}, {"verified", c.is_reached ? Json(c.verified) : Json(nullptr)}, {"rigor", name(c.rigor)}, {"kind", c.kind}};
    if (c.verified) claim["how"] = c.how;
    else claim["reason"] = c.reason;
    json["claims"].push_back(claim);
  }
  json["not_checked"] = v.not_checked;
  json["objections"] = v.objections;
  json["seconds"] = internal::json_number(v.seconds);
  return internal::json_text(json);
}

}  // namespace nadir
