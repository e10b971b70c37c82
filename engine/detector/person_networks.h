#ifndef ANIMATE_ENGINE_DETECTOR_PERSON_NETWORKS_H_
#define ANIMATE_ENGINE_DETECTOR_PERSON_NETWORKS_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/detector/landmark_filter.h"
#include "engine/detector/region.h"
#include "engine/pose/body_bones.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// Where somebody may be.
struct Candidate {
  Region region;
  double score = 0.0;  // [0, 1]
};

// A point as a backend found it, before it is mapped to the canonical layout.
struct Landmark {
  Point at;
  double visibility = 0.0;
};

// Somebody who was found in a region.
struct Sighting {
  // May have points outside of the picture.
  PersonPose person;
  // The two points that define the region of the next frame, and that region.
  std::array<Point, 2> axis;
  Region region;
  double size = 0.0;                // pixels; the unit of speeds
  double score = 0.0;               // [0, 1], that this is somebody
  std::vector<Landmark> landmarks;  // the backend's own
};

// How a backend's points are smoothed in a clip.
struct SmoothingTraits {
  LandmarkFilterOptions points;
  LandmarkFilterOptions axis;
  // Weight of the newest confidence of body and feet; 1 is no smoothing.
  double confidence_alpha = 1.0;
};

enum class PersonParts { kBody, kBodyHands, kBodyFace, kAll };
inline bool HasHands(PersonParts parts) {
  return parts == PersonParts::kBodyHands || parts == PersonParts::kAll;
}
inline bool HasFace(PersonParts parts) {
  return parts == PersonParts::kBodyFace || parts == PersonParts::kAll;
}

// A backend: the networks that find people, then their keypoints. Errors:
// INTERNAL when a network fails. Thread-compatible. Regions that are given are
// usable (IsUsable), pictures not empty.
class PersonNetworks {
 public:
  virtual ~PersonNetworks() = default;

  // Returns who may be in `square`, best first.
  virtual absl::StatusOr<std::vector<Candidate>> FindPeople(
      const RgbImage& image, const Region& square) = 0;

  // Squares that show a whole picture of that size, to be tried one after the
  // other until somebody is found; at least one.
  virtual std::vector<Region> WholePictureSquares(int width,
                                                  int height) const = 0;

  // Squares in which to look for people too small to be found in the whole
  // picture of that size, in rounds: the next one only where one finds nobody.
  // None when that does not help.
  virtual std::vector<std::vector<Region>> SmallPeopleRounds(
      int width, int height) const = 0;

  // Returns the body in `region`; nullopt when nobody is there.
  virtual absl::StatusOr<std::optional<Sighting>> FindBody(
      const RgbImage& image, const Region& region) = 0;

  // Adds the parts beyond the body where they are seen.
  virtual absl::Status AddParts(const RgbImage& image, PersonParts parts,
                                Sighting& sighting) = 0;

  // Returns the region that an axis defines.
  virtual Region RegionOf(const std::array<Point, 2>& axis) const = 0;

  virtual SmoothingTraits smoothing() const = 0;
};

// Makes `person` fit to be handed out: points that are not finite or outside of
// the picture get confidence 0, the neck is seen when both shoulders are.
void FinishPerson(int width, int height, PersonPose& person);

// Whether a joint of the body is seen. REQUIRES: FinishPerson was called.
bool ShowsSomebody(const PersonPose& person);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_PERSON_NETWORKS_H_
