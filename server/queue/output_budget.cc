#include "server/queue/output_budget.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

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

struct OutputBudget::State {
  mutable Mutex mutex;
  int64_t reserved ABSL_GUARDED_BY(mutex) = 0;
  int64_t used ABSL_GUARDED_BY(mutex) = 0;
};

// Accounts for one frame as long as somebody holds it.
class OutputBudget::FrameLease {
 public:
  FrameLease(std::shared_ptr<State> state,
             std::shared_ptr<const std::string> data)
      : state_(std::move(state)), data_(std::move(data)) {}

  ~FrameLease() {
    const auto bytes = static_cast<int64_t>(data_->size());
    MutexLock lock(state_->mutex);
    state_->reserved -= bytes;
    state_->used -= bytes;
  }

  const std::string* data() const { return data_.get(); }

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<const std::string> data_;
};

OutputBudget::OutputBudget(int64_t capacity_bytes)
    : capacity_(capacity_bytes), state_(std::make_shared<State>()) {}

std::unique_ptr<OutputBudget::Reservation> OutputBudget::TryReserve(
    int64_t bytes) {
  {
    MutexLock lock(state_->mutex);
    if (bytes > capacity_ - state_->reserved) return nullptr;
    state_->reserved += bytes;
  }
  return std::make_unique<Reservation>(state_, bytes);
}

int64_t OutputBudget::reserved() const {
  MutexLock lock(state_->mutex);
  return state_->reserved;
}

int64_t OutputBudget::used() const {
  MutexLock lock(state_->mutex);
  return state_->used;
}

OutputBudget::Reservation::Reservation(std::shared_ptr<State> state,
                                       int64_t bytes)
    : state_(std::move(state)), remaining_(bytes) {}

OutputBudget::Reservation::~Reservation() {
  MutexLock lock(state_->mutex);
  state_->reserved -= remaining_;
}

std::shared_ptr<const std::string> OutputBudget::Reservation::Hold(
    std::shared_ptr<const std::string> data) {
  const auto bytes = static_cast<int64_t>(data->size());
  const int64_t promised = std::min(bytes, remaining_);
  remaining_ -= promised;
  {
    MutexLock lock(state_->mutex);
    state_->reserved += bytes - promised;
    state_->used += bytes;
  }
  auto lease = std::make_shared<FrameLease>(state_, std::move(data));
  const std::string* text = lease->data();
  return std::shared_ptr<const std::string>(std::move(lease), text);
}

}  // namespace animate
