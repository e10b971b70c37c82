#include "server/queue/checkpoint_codec.h"

#include <cstring>
#include <limits>

#include "engine/base/error.h"
#include "server/queue/field_bytes.h"

namespace animate {
namespace {

constexpr uint64_t kVersion = 1;
constexpr int kMaxSize = 1 << 20;  // of one axis
constexpr int64_t kFixedBytes = 96;

static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4);
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "values are written as they lie in memory");

absl::Status CorruptCheckpoint() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "the checkpoint of a job cannot be read",
                   {.reason = "STORE_CORRUPT"});
}

}  // namespace

std::string EncodeCheckpoint(const CheckpointData& data) {
  const AnimationCheckpoint& animation = data.animation;
  FieldWriter fields;
  fields.PutUint(kVersion);
  fields.PutInt(animation.step);
  fields.PutInt(animation.windows_per_batch);
  fields.PutDuration(data.device_time);
  for (const int64_t size : animation.shape) fields.PutInt(size);
  fields.PutString(
      absl::string_view(reinterpret_cast<const char*>(animation.latents.data()),
                        animation.latents.size() * sizeof(float)));
  return fields.Take();
}

int64_t CheckpointBytes(int64_t values) {
  return kFixedBytes + values * static_cast<int64_t>(sizeof(float));
}

absl::StatusOr<CheckpointData> DecodeCheckpoint(absl::string_view bytes) {
  constexpr int kMaxInt = std::numeric_limits<int>::max();
  FieldReader fields(bytes);
  if (fields.TakeUint() != kVersion) return CorruptCheckpoint();
  CheckpointData data;
  AnimationCheckpoint& animation = data.animation;
  animation.step = fields.TakeIntIn(0, kMaxInt);
  animation.windows_per_batch = fields.TakeIntIn(1, kMaxInt);
  data.device_time = fields.TakeDuration();
  // Sizes are checked against what is there before anything is made of them.
  uint64_t values = 1;
  for (int64_t& size : animation.shape) {
    size = fields.TakeIntIn(1, kMaxSize);
    values *= static_cast<uint64_t>(size);
    if (!fields.ok() || values > bytes.size()) return CorruptCheckpoint();
  }
  const std::string latents = fields.TakeString();
  if (!fields.AtEnd() || latents.size() != values * sizeof(float) ||
      data.device_time < absl::ZeroDuration() ||
      data.device_time == absl::InfiniteDuration()) {
    return CorruptCheckpoint();
  }
  animation.latents.resize(values);
  std::memcpy(animation.latents.data(), latents.data(), latents.size());
  return data;
}

}  // namespace animate
