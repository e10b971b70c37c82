#ifndef ANIMATE_CLIENT_FRAME_ASSEMBLER_H_
#define ANIMATE_CLIENT_FRAME_ASSEMBLER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "animate/v1/animation.pb.h"

namespace animate {

// One complete frame as the server sent it: still encoded, checksum verified.
struct ReceivedFrame {
  uint32_t generation = 1;
  uint32_t index = 0;  // place in the clip, from 0
  absl::Duration pts;  // when to show it
  v1::OutputFormat format = v1::OUTPUT_FORMAT_JPEG;
  uint32_t width = 0;   // pixels
  uint32_t height = 0;  // pixels
  std::string data;     // a JPEG, PNG or WebP file, or raw RGB rows
};

// Joins the parts of frames and checks what arrives: parts in order, frames in
// order and each once per generation, CRC-32C of the joined bytes.
// Thread-compatible.
class FrameAssembler {
 public:
  // The first frame will be 0.
  FrameAssembler() = default;
  // The first frame will be `start_frame`.
  explicit FrameAssembler(uint32_t start_frame) : next_index_(start_frame) {}

  // Takes the next Frame message. Returns a frame once its last part is in,
  // nullopt before. Returns DATA_LOSS with reason FRAME_CRC when the checksum
  // is wrong, and INTERNAL with reason FRAME_ORDER when parts or frames are
  // missing, repeated or contradict each other.
  absl::StatusOr<std::optional<ReceivedFrame>> Add(v1::Frame message);

  // The job began anew: frames start again at 0, of `generation`.
  void Reset(uint32_t generation);

  // The stream broke: the next one begins with the frame that comes next,
  // whole.
  void Resume() { next_part_ = 0; }

  // Index of the frame that comes next.
  uint32_t next_index() const { return next_index_; }

  // Of the frames so far; 0 before the first.
  uint32_t generation() const { return generation_; }

 private:
  absl::Status CheckOrder(const v1::Frame& message) const;

  uint32_t generation_ = 0;  // 0: the first frame decides
  uint32_t next_index_ = 0;
  uint32_t next_part_ = 0;
  v1::Frame joined_;  // parts [0, next_part_) of frame next_index_
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_FRAME_ASSEMBLER_H_
