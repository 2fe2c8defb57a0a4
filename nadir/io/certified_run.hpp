// The files of a run folder that a certificate vouches for, read and compared with their fingerprints; and the
// problem that it is about, options and data, as they were.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"
#include "nadir/io/certificate_file.hpp"

namespace nadir {

// The text of certificate.json. Throws InputError when the folder has none.
std::string read_certificate_text(const std::string& folder);

// Sentences on files that are missing or altered; empty if all are as the certificate says.
std::vector<std::string> file_objections(const std::string& folder, const CertificateFile& certificate);

// Fills options from the certificate and loads its data files: from the absolute path, the path as given or
// the path below the run folder, whichever first has the right fingerprint. Returns sentences on data that
// could not be had. Throws InputError when certificate and options do not fit together.
std::vector<std::string> load_problem(const std::string& folder, const CertificateFile& certificate,
                                      const OptionList& options);

}  // namespace nadir
