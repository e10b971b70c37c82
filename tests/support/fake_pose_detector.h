#ifndef ANIMATE_TESTS_SUPPORT_FAKE_POSE_DETECTOR_H_
#define ANIMATE_TESTS_SUPPORT_FAKE_POSE_DETECTOR_H_

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/detector/pose_detector.h"

namespace animate {

// A PoseDetector without networks: whoever is in a picture is what a test says.
// Polls the cancellation where the real one does. Set up before use.
class FakePoseDetector : public PoseDetector {
 public:
  // Who is in a picture; nobody has no confidences.
  using Look = std::function<PersonPose(const RgbImage& picture)>;

  explicit FakePoseDetector(Look look = nullptr) : look_(std::move(look)) {}

  // Called before each look, on the thread that looks.
  void OnEachLook(std::function<void()> call) { on_look_ = std::move(call); }

  int looks() const { return looks_; }

  absl::StatusOr<PoseFrame> DetectPeople(
      const RgbImage& image, const DetectOptions& options) override {
    PoseFrame frame{.width = image.width, .height = image.height};
    ANIMATE_ASSIGN_OR_RETURN(const PersonPose person,
                             LookAt(image, options.cancellation));
    if (MeanBodyConfidence(person) > 0.0) frame.people.push_back(person);
    return frame;
  }

  absl::StatusOr<PoseFrame> DetectPerson(
      const RgbImage& image, const DetectOptions& options) override {
    ANIMATE_ASSIGN_OR_RETURN(PoseFrame frame, DetectPeople(image, options));
    if (frame.people.empty()) return Nobody();
    return frame;
  }

  absl::StatusOr<std::unique_ptr<PoseTracker>> NewTracker(
      const TrackOptions& options) override {
    return std::make_unique<Tracker>(*this, options);
  }

 private:
  class Tracker : public PoseTracker {
   public:
    Tracker(FakePoseDetector& detector, const TrackOptions& options)
        : detector_(detector), options_(options) {}

    absl::StatusOr<PersonPose> Push(const RgbImage& frame) override {
      ANIMATE_ASSIGN_OR_RETURN(
          const PersonPose person,
          detector_.LookAt(frame, options_.detect.cancellation));
      motion_.width = frame.width;
      motion_.height = frame.height;
      motion_.fps = options_.fps;
      motion_.frames.push_back(person);
      return person;
    }

    absl::StatusOr<PoseSequence> Finish() override {
      for (const PersonPose& person : motion_.frames) {
        if (MeanBodyConfidence(person) > 0.0) return motion_;
      }
      return Nobody();
    }

   private:
    FakePoseDetector& detector_;
    const TrackOptions options_;
    PoseSequence motion_;
  };

  static absl::Status Nobody() {
    return MakeError(absl::StatusCode::kInvalidArgument, "nobody is there",
                     {.reason = kNoPersonFound});
  }

  absl::StatusOr<PersonPose> LookAt(const RgbImage& image,
                                    const CancellationToken* token) {
    ++looks_;
    if (on_look_) on_look_();
    if (token != nullptr) ANIMATE_RETURN_IF_ERROR(token->Check());
    return look_ ? look_(image) : PersonPose();
  }

  const Look look_;
  std::function<void()> on_look_;
  std::atomic<int> looks_{0};
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_FAKE_POSE_DETECTOR_H_
