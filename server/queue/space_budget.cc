#include "server/queue/space_budget.h"

#include <algorithm>

#include "server/queue/checkpoint_codec.h"

namespace animate {
namespace {

constexpr int64_t kHeaderBytes = 4096;
constexpr int kHighQuality = 95;

double MaxBytesPerPixel(OutputFormat format, int quality) {
  switch (format) {
    case OutputFormat::kRawRgb8:
    case OutputFormat::kPng:
      return 3.01;  // incompressible rows, their filter bytes and block headers
    case OutputFormat::kJpeg:
    case OutputFormat::kWebp:
      return quality >= kHighQuality ? 3.0 : 1.5;
  }
  return 3.01;
}

}  // namespace

int64_t MaxOutputBytes(const JobSpec& spec) {
  const double pixels =
      static_cast<double>(spec.animation->width) * spec.animation->height;
  const double frame =
      pixels * MaxBytesPerPixel(spec.output_format, spec.quality);
  return (static_cast<int64_t>(frame) + kHeaderBytes) *
         spec.animation->num_frames;
}

int64_t MaxCheckpointBytes(const JobSpec& spec) {
  constexpr int64_t kPixelsPerValue = 16;
  const AnimationParameters& parameters = *spec.animation;
  const int64_t pixels = int64_t{parameters.width} * parameters.height;
  return 2 *
         (CheckpointBytes(pixels * parameters.num_frames / kPixelsPerValue) +
          kHeaderBytes);
}

std::unique_ptr<SpaceBudget::Reservation> SpaceBudget::TryReserve(
    int64_t bytes, int64_t stored) {
  {
    MutexLock lock(mutex_);
    if (bytes > capacity_ - stored - promised_) return nullptr;
    promised_ += bytes;
  }
  return std::make_unique<Reservation>(*this, bytes);
}

std::unique_ptr<SpaceBudget::Reservation> SpaceBudget::Promise(int64_t bytes) {
  {
    MutexLock lock(mutex_);
    promised_ += bytes;
  }
  return std::make_unique<Reservation>(*this, bytes);
}

int64_t SpaceBudget::promised() const {
  MutexLock lock(mutex_);
  return promised_;
}

void SpaceBudget::GiveBack(int64_t bytes) {
  MutexLock lock(mutex_);
  promised_ -= bytes;
}

void SpaceBudget::Reservation::Stored(int64_t bytes) {
  const int64_t kept = std::min(bytes, left_);
  left_ -= kept;
  budget_.GiveBack(kept);
}

}  // namespace animate
