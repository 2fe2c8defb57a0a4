// certificate.json: what somebody who trusts neither solver nor judge needs, bound together by digests.
// Schema nadir.certificate/1, docs/formats/certificate.md.
//
// The file names the problem (family and option values), the data files, and the SHA-256 of every data file
// and of point.npz, witness.npz and verdict.json beside it. Its last key, "digest", is the SHA-256 of the
// file's own bytes with the digest's 64 digits replaced by zeros. So one changed byte in any of these files
// is detected. Digests detect damage and mix-ups; they do not say who wrote the file, and somebody who
// changes a number can recompute them: that the claims are true is for verify to re-derive.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/core/certificate.hpp"
#include "nadir/core/options.hpp"

namespace nadir {

// One data file of the problem.
struct DataReference {
  std::string role;           // the option's name: "x"
  std::string path;           // as the user gave it, "file.npz:name" included
  std::string absolute_path;  // the same, independent of the working directory
  std::string sha256;         // of the file's bytes, 64 lower-case hexadecimal digits
  // As in the file (samples are rows), by block; a single array has the name "" (io/data_files.hpp).
  std::map<std::string, std::vector<Index>> shapes;
};

struct CertificateFile {
  std::string tool;     // "nadir 0.1.0"
  std::string family;   // "linear-network"
  std::string problem;  // text of a JSON object: every option that is not data, by name
  std::vector<DataReference> data;
  std::map<std::string, std::string> files;  // name in the run folder -> SHA-256
  Certificate certificate;                   // its witness stays empty: it is in witness.npz
};

// The files of a run folder whose fingerprints a certificate carries.
inline constexpr std::array<const char*, 3> certified_files = {"point.npz", "verdict.json", "witness.npz"};

// The data options that are given, with absolute paths relative to the present working directory.
// Throws InputError for a path that is not UTF-8: JSON cannot hold it.
std::vector<DataReference> data_references(const OptionList& options);

// Writes certificate.json, atomically. Call last: point.npz, witness.npz and verdict.json must stand in
// the folder, and `options` must hold the problem's values with loaded data. Throws FileError, InputError.
void write_certificate(const std::string& folder, const std::string& family, const OptionList& options,
                       const Certificate& certificate);

// The text of certificate.json, digest included, and its inverse. The inverse checks form only, not
// digests; throws InputError for anything that is not a nadir.certificate/1.
std::string certificate_to_json(const CertificateFile& file);
CertificateFile certificate_from_json(std::string_view text, const std::string& place);

// True if the text ends as certificate_to_json writes it and its digest is right.
bool has_intact_digest(std::string_view text);

}  // namespace nadir
