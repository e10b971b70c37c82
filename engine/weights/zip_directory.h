#ifndef ANIMATE_ENGINE_WEIGHTS_ZIP_DIRECTORY_H_
#define ANIMATE_ENGINE_WEIGHTS_ZIP_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace animate {

// The bytes of one record of a zip file.
struct ZipRecord {
  uint64_t offset = 0;
  uint64_t size = 0;
};

// Reads the central directory of a zip or zip64 file whose records are stored
// uncompressed, as torch.save writes them, so that a record can be used where
// it lies. Names map to their bytes, all within `file`.
//
// FAILED_PRECONDITION for a damaged or truncated file, a compressed or
// encrypted record, more than one volume, records that overlap, a name that
// occurs twice, is absolute or climbs with "..". Checksums are not compared;
// see Sha256OfFile for integrity. Format: PKWARE APPNOTE 6.3, sections 4.3.
absl::StatusOr<std::map<std::string, ZipRecord>> ReadZipDirectory(
    absl::Span<const uint8_t> file);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_ZIP_DIRECTORY_H_
