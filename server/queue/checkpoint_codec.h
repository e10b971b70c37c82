#ifndef ANIMATE_SERVER_QUEUE_CHECKPOINT_CODEC_H_
#define ANIMATE_SERVER_QUEUE_CHECKPOINT_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/animation/animation_checkpoint.h"

namespace animate {

// What JobCheckpoint.data holds.
struct CheckpointData {
  AnimationCheckpoint animation;
  // Device time of the job that is not lost as long as there is this.
  absl::Duration device_time;
};

std::string EncodeCheckpoint(const CheckpointData& data);

// Bytes of an EncodeCheckpoint of that many values.
int64_t CheckpointBytes(int64_t values);

// Returns what was encoded. DATA_LOSS, reason STORE_CORRUPT, for anything else,
// other versions of the format included: a checkpoint is worth no more than the
// time it saves. Takes no more memory than a small multiple of `bytes`. That
// the bytes are those that were written is the store's affair, which has
// checksums; that they belong to this job, the fingerprint's.
absl::StatusOr<CheckpointData> DecodeCheckpoint(absl::string_view bytes);

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_CHECKPOINT_CODEC_H_
