#ifndef ANIMATE_SERVER_WORKER_FRAME_ENCODER_H_
#define ANIMATE_SERVER_WORKER_FRAME_ENCODER_H_

#include <deque>
#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/animation/image.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "server/queue/job.h"

namespace animate {

// Encodes the frames of one job on a thread of its own, so that the device can
// go on with the next frame. Between them is a short ring: a device that is
// faster waits for the local CPU, never for a network. Thread-compatible.
class FrameEncoder {
 public:
  struct Options {
    OutputFormat format = OutputFormat::kJpeg;
    int quality = 90;     // JPEG and WebP, [1, 100]
    int ring_frames = 8;  // frames waiting to be encoded, >= 1
  };

  // `sink` takes the encoded frames in the order of Push, one call at a time,
  // on the encoder's thread. `clock` must outlive the encoder.
  FrameEncoder(const Options& options, const Clock& clock,
               std::function<void(EncodedFrame frame)> sink);

  // Drops frames not yet encoded, unless Finish was called before.
  ~FrameEncoder();

  FrameEncoder(const FrameEncoder&) = delete;
  FrameEncoder& operator=(const FrameEncoder&) = delete;

  // Waits for room in the ring. After an error frames are dropped.
  void Push(int index, RgbImage frame);

  // Waits until all frames pushed have been encoded and taken by the sink.
  // Returns the first error; then later frames are missing.
  absl::Status Finish();

  // Time spent encoding so far.
  absl::Duration busy() const;

 private:
  void Run();
  absl::StatusOr<EncodedFrame> Encode(int index, const RgbImage& frame) const;

  const Options options_;
  const Clock& clock_;
  const std::function<void(EncodedFrame)> sink_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<std::pair<int, RgbImage>> ring_ ABSL_GUARDED_BY(mutex_);
  bool encoding_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  absl::Duration busy_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_FRAME_ENCODER_H_
