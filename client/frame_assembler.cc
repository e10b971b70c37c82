#include "client/frame_assembler.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status OrderError(absl::string_view what, uint32_t got, uint32_t want) {
  return MakeError(
      absl::StatusCode::kInternal,
      absl::StrCat("the server sent ", what, ": got ", got, ", want ", want),
      {.reason = "FRAME_ORDER"});
}

}  // namespace

absl::Status FrameAssembler::CheckOrder(const v1::Frame& message) const {
  if (generation_ != 0 && message.generation() != generation_) {
    return OrderError("a frame of another generation", message.generation(),
                      generation_);
  }
  if (message.index() != next_index_) {
    return OrderError("a frame out of order", message.index(), next_index_);
  }
  if (message.part() != next_part_) {
    return OrderError("a part out of order", message.part(), next_part_);
  }
  if (message.part() >= message.parts()) {
    return OrderError("a part beyond the last", message.part(),
                      message.parts());
  }
  if (next_part_ > 0 && (message.parts() != joined_.parts() ||
                         message.crc32c() != joined_.crc32c())) {
    return OrderError("parts that contradict each other", message.parts(),
                      joined_.parts());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ReceivedFrame>> FrameAssembler::Add(
    v1::Frame message) {
  ANIMATE_RETURN_IF_ERROR(CheckOrder(message));
  generation_ = message.generation();
  if (next_part_ == 0) {
    joined_ = std::move(message);
  } else {
    joined_.mutable_data()->append(message.data());
  }
  ++next_part_;
  if (next_part_ < joined_.parts()) {
    return std::nullopt;
  }
  if (Crc32c(joined_.data()) != joined_.crc32c()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     absl::StrCat("frame ", joined_.index(),
                                  " was damaged on the way: its checksum does "
                                  "not match"),
                     {.reason = "FRAME_CRC"});
  }
  ReceivedFrame frame{
      .generation = joined_.generation(),
      .index = joined_.index(),
      .pts = absl::Seconds(joined_.pts().seconds()) +
             absl::Nanoseconds(joined_.pts().nanos()),
      .format = joined_.format(),
      .width = joined_.width(),
      .height = joined_.height(),
      .data = std::move(*joined_.mutable_data()),
  };
  ++next_index_;
  next_part_ = 0;
  return frame;
}

void FrameAssembler::Reset(uint32_t generation) {
  generation_ = generation;
  next_index_ = 0;
  next_part_ = 0;
}

}  // namespace animate
