#ifndef ANIMATE_SERVER_SERVICE_UPLOAD_ASSEMBLER_H_
#define ANIMATE_SERVER_SERVICE_UPLOAD_ASSEMBLER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "animate/v1/animation.pb.h"
#include "engine/animation/animation_spec.h"
#include "server/queue/job.h"

namespace animate {

// A validated InputManifest: what the caller said it would upload.
struct UploadManifest {
  PoseKind pose_kind = PoseKind::kImages;
  SkeletonChannels channels = SkeletonChannels::kRgb;
  uint32_t pose_items = 0;       // > 0
  uint64_t total_bytes = 0;      // of all items, > 0
  uint64_t reference_bytes = 0;  // 0: not declared
  std::string reference_sha256;  // 32 bytes; "": not declared
};

// Puts the chunks of one upload together and holds them to its manifest. Not
// thread-safe.
class UploadAssembler {
 public:
  UploadAssembler(const UploadManifest& manifest, int max_chunk_bytes);

  // Takes the next chunk. INVALID_ARGUMENT names the offending field, with
  // reason CHUNK_ORDER (item or offset), LIMIT_EXCEEDED (size of the chunk),
  // UPLOAD_SIZE_MISMATCH (more or less than declared) or INVALID_FIELD
  // (empty); DATA_LOSS with reason CHUNK_CRC or SHA256_MISMATCH when the bytes
  // are not those that were sent. No further call after an error.
  absl::Status Add(animate::v1::Chunk chunk);

  // The caller says that this was all. INVALID_ARGUMENT with reason
  // UPLOAD_INCOMPLETE or UPLOAD_SIZE_MISMATCH if it was not.
  absl::StatusOr<EncodedInputs> Finish();

  uint64_t bytes_received() const { return bytes_received_; }

  // Whether the last item has come.
  bool complete() const { return item_ > manifest_.pose_items; }

 private:
  absl::Status CheckPlace(const animate::v1::Chunk& chunk) const;
  absl::Status CheckData(const animate::v1::Chunk& chunk) const;
  absl::Status CheckReference() const;
  void Store(animate::v1::Chunk chunk);

  const UploadManifest manifest_;
  const int max_chunk_bytes_;
  EncodedInputs inputs_;
  uint32_t item_ = 0;      // the item that is being received
  std::string item_data_;  // its bytes so far
  uint64_t bytes_received_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_UPLOAD_ASSEMBLER_H_
