#include "server/worker/frame_encoder.h"

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/base/crc32c.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"

namespace animate {
namespace {

EncodedImageFormat ImageFormat(OutputFormat format) {
  switch (format) {
    case OutputFormat::kJpeg:
      return EncodedImageFormat::kJpeg;
    case OutputFormat::kPng:
      return EncodedImageFormat::kPng;
    case OutputFormat::kWebp:
      return EncodedImageFormat::kWebp;
    case OutputFormat::kRawRgb8:
      return EncodedImageFormat::kRawRgb8;
  }
  return EncodedImageFormat::kPng;
}

}  // namespace

FrameEncoder::FrameEncoder(const Options& options, const Clock& clock,
                           std::function<void(EncodedFrame)> sink)
    : options_(options),
      clock_(clock),
      sink_(std::move(sink)),
      thread_([this] { Run(); }) {}

FrameEncoder::~FrameEncoder() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    ring_.clear();
    changed_.SignalAll();
  }
  thread_.join();
}

void FrameEncoder::Push(int index, RgbImage frame) {
  MutexLock lock(mutex_);
  while (static_cast<int>(ring_.size()) >= options_.ring_frames &&
         status_.ok()) {
    changed_.Wait(mutex_);
  }
  if (!status_.ok()) return;
  ring_.emplace_back(index, std::move(frame));
  changed_.SignalAll();
}

absl::Status FrameEncoder::Finish() {
  MutexLock lock(mutex_);
  while ((!ring_.empty() || encoding_) && status_.ok()) changed_.Wait(mutex_);
  return status_;
}

absl::Duration FrameEncoder::busy() const {
  MutexLock lock(mutex_);
  return busy_;
}

void FrameEncoder::Run() {
  mutex_.Lock();
  while (true) {
    while (ring_.empty() && !stopping_) changed_.Wait(mutex_);
    if (ring_.empty()) break;
    const std::pair<int, RgbImage> next = std::move(ring_.front());
    ring_.pop_front();
    encoding_ = true;
    changed_.SignalAll();
    mutex_.Unlock();

    const absl::Duration start = clock_.Monotonic();
    absl::StatusOr<EncodedFrame> frame = Encode(next.first, next.second);
    const absl::Duration took = clock_.Monotonic() - start;
    const absl::Status status = frame.status();
    if (status.ok()) sink_(*std::move(frame));

    mutex_.Lock();
    encoding_ = false;
    busy_ += took;
    if (!status.ok() && status_.ok()) {
      status_ = status;
      ring_.clear();
    }
    changed_.SignalAll();
  }
  mutex_.Unlock();
}

absl::StatusOr<EncodedFrame> FrameEncoder::Encode(int index,
                                                  const RgbImage& frame) const {
  ANIMATE_ASSIGN_OR_RETURN(
      std::string bytes,
      EncodeImage(frame, {.format = ImageFormat(options_.format),
                          .quality = options_.quality}));
  EncodedFrame encoded;
  encoded.index = index;
  encoded.format = options_.format;
  encoded.width = frame.width;
  encoded.height = frame.height;
  encoded.crc32c = Crc32c(bytes);
  encoded.data = std::make_shared<const std::string>(std::move(bytes));
  return encoded;
}

}  // namespace animate
