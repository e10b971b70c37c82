#ifndef ANIMATE_ENGINE_WEIGHTS_SHARED_BYTES_H_
#define ANIMATE_ENGINE_WEIGHTS_SHARED_BYTES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace animate {

// Bytes of a file that stay valid while anyone holds a copy of `owner`.
// Tensors that point into them hold one.
struct SharedBytes {
  std::shared_ptr<void> owner;
  absl::Span<uint8_t> bytes;
  // Whether the bytes are a mapped file rather than memory of this process.
  bool mapped = false;
};

// Maps the regular file at `path`. Pages are read when first touched and
// shared with other processes; writing to them changes this process's copy
// only, never the file, so tensors may be trained in place.
//
// The file must not be shortened while mapped: the kernel answers a read
// beyond its end with SIGBUS. Replace a model file by renaming a new one over
// it. NOT_FOUND, PERMISSION_DENIED, or FAILED_PRECONDITION (not a regular
// file, empty, changed while being opened).
absl::StatusOr<SharedBytes> MapFile(const std::string& path);

// Advice on `size` bytes at `begin` of a mapped file, cut to what lies in
// `file`; nothing happens to bytes that are not mapped. None of them changes
// what is read.
//   ReadAhead: starts reading from disk and returns at once.
//   ReadNow: returns when the bytes are in memory; what cannot be read then is
//     read when touched.
//   GiveBack: the memory becomes free; the bytes are read from the file again
//     when touched. REQUIRES: nobody has written to them.
void ReadAhead(const SharedBytes& file, const void* begin, size_t size);
void ReadNow(const SharedBytes& file, const void* begin, size_t size);
void GiveBack(const SharedBytes& file, const void* begin, size_t size);

// Returns a copy of `bytes` in memory, for tests and fuzz targets.
SharedBytes CopyBytes(absl::string_view bytes);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_SHARED_BYTES_H_
