// The messages of Animate and StreamFrames callers, in any order: refused, or
// inputs of the size that was announced and acknowledgements of frames that
// were sent. The input is a sequence of messages, each behind a byte (bit 0:
// AnimateRequest or StreamFramesRequest) and its length (two bytes, little
// endian).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "animate/v1/animation.pb.h"
#include "server/service/frame_outbox.h"
#include "server/service/open_parser.h"
#include "server/service/request_parser.h"
#include "server/service/upload_assembler.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_animator.h"

namespace animate {
namespace {

constexpr int kFrames = 6;

[[noreturn]] void Die(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

// A caller of Animate up to its half-close.
class UploadHalf {
 public:
  // False once the stream would have ended.
  bool Take(v1::AnimateRequest request) {
    if (request.has_start()) {
      if (assembler_.has_value()) return false;
      auto start = ParseStart(request.start(),
                              {.models = {FakeAnimator::DefaultInfo()}}, 1);
      if (!start.ok()) return false;
      declared_ = start->manifest.total_bytes;
      assembler_.emplace(start->manifest, Limits().max_chunk_bytes);
      return true;
    }
    if (!request.has_chunk() || !assembler_.has_value()) return false;
    return assembler_->Add(std::move(*request.mutable_chunk())).ok();
  }

  void HalfClose() {
    if (!assembler_.has_value()) return;
    const uint64_t received = assembler_->bytes_received();
    if (assembler_->Finish().ok() && received != declared_) {
      Die("an upload of another size was let in");
    }
  }

 private:
  std::optional<UploadAssembler> assembler_;
  uint64_t declared_ = 0;
};

// A reader of a job of which all frames are there.
class ReadingHalf {
 public:
  ReadingHalf()
      : outbox_(16, [](int, int index) -> absl::StatusOr<EncodedFrame> {
          return EncodedFrame{
              .index = index,
              .data = std::make_shared<const std::string>(20, 'f')};
        }) {
    AnimationParameters parameters;
    parameters.num_frames = kFrames;
    job_.name = "jobs/1";
    job_.state = JobState::kSucceeded;
    job_.spec = std::make_shared<const JobSpec>(
        JobSpec{.animation = *AnimationSpec::Create(parameters, Limits())});
    job_.frames = kFrames;
    job_.generation = 2;
  }

  bool Take(const v1::StreamFramesRequest& request) {
    if (request.has_open()) {
      const auto reading = ParseOpen(request.open(), job_);
      if (open_ || !reading.ok()) return false;
      open_ = true;
      first_ = reading->start_frame;
      outbox_.PutAccepted(job_, *reading);
      outbox_.PutFinal(job_);
      Drain();
      return true;
    }
    if (!request.has_ack() || !open_) return false;
    const int64_t through = request.ack().through_frame();
    const int64_t generation = request.ack().generation();
    if (!outbox_.Acknowledge(generation, through).ok()) return false;
    if (generation == job_.generation && through >= first_ + sent_) {
      Die("a frame that was not sent was acknowledged");
    }
    Drain();
    return true;
  }

 private:
  void Drain() {
    while (true) {
      const auto event = outbox_.Next();
      if (!event.ok()) Die("the outbox failed");
      if (!event->has_value()) break;
      const auto* const part = std::get_if<FramePart>(&**event);
      if (part == nullptr) continue;
      if (part->frame.index != first_ + sent_) Die("frames out of order");
      if (part->part + 1 == part->parts) ++sent_;
    }
    if (first_ + sent_ > kFrames) Die("a frame was sent that is not there");
  }

  JobSnapshot job_;
  FrameOutbox outbox_;
  bool open_ = false;
  int first_ = 0;
  int sent_ = 0;
};

}  // namespace
}  // namespace animate

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  animate::UploadHalf upload;
  animate::ReadingHalf reading;
  bool uploads = true;
  bool reads = true;
  while (size >= 3) {
    const bool reader = (data[0] & 1) != 0;
    const size_t length =
        std::min<size_t>(size - 3, data[1] | size_t{data[2]} << 8);
    const std::string message(reinterpret_cast<const char*>(data + 3), length);
    data += 3 + length;
    size -= 3 + length;
    animate::v1::AnimateRequest animate;
    animate::v1::StreamFramesRequest stream;
    if (reader && reads && stream.ParseFromString(message)) {
      reads = reading.Take(stream);
    } else if (!reader && uploads && animate.ParseFromString(message)) {
      uploads = upload.Take(std::move(animate));
    }
  }
  if (uploads) upload.HalfClose();
  return 0;
}
