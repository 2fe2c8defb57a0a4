#include "nadir/driver/stored_problem.hpp"

#include "nadir/base/error.hpp"
#include "nadir/driver/point_of_family.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/io/certified_run.hpp"
#include "nadir/io/run_folder.hpp"

namespace nadir {

std::unique_ptr<Family> load_family(const std::string& folder) {
  const std::string place = folder + "/certificate.json";
  const CertificateFile certificate = certificate_from_json(read_certificate_text(folder), place);
  std::unique_ptr<Family> family = make_family(certificate.family);
  for (const std::string& objection : load_problem(folder, certificate, family->options()))
    throw InputError(place, "the data that the run was about", objection);
  family->prepare();
  return family;
}

StoredProblem load_stored_problem(const std::string& folder) {
  StoredProblem stored;
  stored.family = load_family(folder);
  stored.point = read_point_of(*stored.family, folder + "/" + run_files::point);
  return stored;
}

}  // namespace nadir
