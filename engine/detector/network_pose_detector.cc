#include "engine/detector/network_pose_detector.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/mutex.h"
#include "engine/base/status_macros.h"
#include "engine/detector/clip_tracker.h"
#include "engine/detector/people_search.h"
#include "engine/detector/person_choice.h"

namespace animate {
namespace {

class NetworkPoseDetector : public PoseDetector {
 public:
  explicit NetworkPoseDetector(std::unique_ptr<PersonNetworks> networks)
      : networks_(std::move(networks)) {}

  absl::StatusOr<PoseFrame> DetectPeople(
      const RgbImage& image, const DetectOptions& options) override {
    ANIMATE_RETURN_IF_ERROR(CheckPicture(image));
    MutexLock turn(mutex_);
    ANIMATE_ASSIGN_OR_RETURN(std::vector<Sighting> people,
                             Search(image, options));
    PoseFrame frame{.width = image.width, .height = image.height};
    for (Sighting& sighting : people) {
      ANIMATE_RETURN_IF_ERROR(Complete(image, options, sighting, frame));
    }
    return frame;
  }

  absl::StatusOr<PoseFrame> DetectPerson(
      const RgbImage& image, const DetectOptions& options) override {
    ANIMATE_RETURN_IF_ERROR(CheckPicture(image));
    MutexLock turn(mutex_);
    ANIMATE_ASSIGN_OR_RETURN(std::vector<Sighting> people,
                             Search(image, options));
    const std::optional<size_t> chosen =
        ChoosePerson(people, options.choice, image.width, image.height);
    if (!chosen) {
      return NoPersonFound(
          people.empty()
              ? std::string("no person was found in the picture")
              : absl::StrCat("there is no person ", options.choice.index,
                             " in the picture: ", people.size(),
                             " were found, counted from 0"));
    }
    PoseFrame frame{.width = image.width, .height = image.height};
    ANIMATE_RETURN_IF_ERROR(Complete(image, options, people[*chosen], frame));
    return frame;
  }

  absl::StatusOr<std::unique_ptr<PoseTracker>> NewTracker(
      const TrackOptions& options) override {
    if (!(options.fps > 0.0 && options.fps <= kMaxPoseFps)) {
      return FieldError("fps", absl::StrCat("must be in (0, ", kMaxPoseFps,
                                            "]: got ", options.fps));
    }
    MutexLock turn(mutex_);
    return std::make_unique<ClipTracker>(options, mutex_, *networks_);
  }

 private:
  absl::StatusOr<std::vector<Sighting>> Search(const RgbImage& image,
                                               const DetectOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return SearchPeople(image,
                        {.small_people = options.search_small_people,
                         .cancellation = options.cancellation},
                        *networks_);
  }

  // Adds what else is asked for, and the person to `frame`.
  absl::Status Complete(const RgbImage& image, const DetectOptions& options,
                        Sighting& sighting, PoseFrame& frame)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ANIMATE_RETURN_IF_ERROR(CheckCancellation(options.cancellation));
    ANIMATE_RETURN_IF_ERROR(
        networks_->AddParts(image, PartsOf(options), sighting));
    FinishPerson(image.width, image.height, sighting.person);
    frame.people.push_back(sighting.person);
    return absl::OkStatus();
  }

  Mutex mutex_;  // one picture at a time
  const std::unique_ptr<PersonNetworks> networks_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<PoseDetector> MakePoseDetector(
    std::unique_ptr<PersonNetworks> networks) {
  return std::make_unique<NetworkPoseDetector>(std::move(networks));
}

absl::Status CheckPicture(const RgbImage& image) {
  if (image.width < 1 || image.height < 1 || image.width > kMaxPoseSide ||
      image.height > kMaxPoseSide) {
    return absl::InvalidArgumentError(
        absl::StrCat("pictures must have sides of 1 to ", kMaxPoseSide,
                     " pixels: got ", image.width, "x", image.height));
  }
  return absl::OkStatus();
}

PersonParts PartsOf(const DetectOptions& options) {
  if (options.hands && options.face) return PersonParts::kAll;
  if (options.hands) return PersonParts::kBodyHands;
  return options.face ? PersonParts::kBodyFace : PersonParts::kBody;
}

absl::Status NoPersonFound(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = kNoPersonFound});
}

}  // namespace animate
