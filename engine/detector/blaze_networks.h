#ifndef ANIMATE_ENGINE_DETECTOR_BLAZE_NETWORKS_H_
#define ANIMATE_ENGINE_DETECTOR_BLAZE_NETWORKS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/detector/network.h"
#include "engine/detector/region.h"
#include "engine/pose/body_bones.h"

namespace animate {

inline constexpr size_t kNumBlazeLandmarks = 33;
inline constexpr size_t kNumFaceMeshPoints = 468;

// Somebody in the picture: middle of the hips and a point that says how large
// the person is and which way is up.
struct BlazeDetection {
  std::array<Point, 4> points;
  double score = 0.0;
};

// BlazePose's 33 landmarks, and the two points of the next region.
struct BlazeBody {
  std::array<Point, kNumBlazeLandmarks> points;
  std::array<double, kNumBlazeLandmarks> visibility{};  // [0, 1]
  std::array<Point, 2> axis;
  double presence = 0.0;  // [0, 1]
};

struct BlazeHand {
  std::array<Point, kNumHandPoints> points;  // in OpenPose's order
  double presence = 0.0;
};

struct BlazeFace {
  std::vector<Point> points;  // kNumFaceMeshPoints
  double presence = 0.0;
};

enum class BodySide { kLeft, kRight };

// Region of the body that the two points of a detection or an axis define.
Region BlazeRegion(Point hips, Point rim);

// The six networks of BlazePose, BlazePalm and FaceMesh (Bazarevsky et al.
// 2020; Zhang et al. 2020; Kartynnik et al. 2019) and the steps between them.
// Points are in pixels of the picture. Errors: INTERNAL when a network fails.
// Thread-compatible.
class BlazeNetworks {
 public:
  // Loads and tries them; see ReadNetworkFile for errors.
  static absl::StatusOr<std::unique_ptr<BlazeNetworks>> Load(
      const std::string& folder);

  // Returns whom `square` shows, best first. REQUIRES: IsUsable(square), as
  // below.
  absl::StatusOr<std::vector<BlazeDetection>> DetectPeople(
      const RgbImage& image, const Region& square);

  // Returns the body in `region`; nullopt when there is none.
  absl::StatusOr<std::optional<BlazeBody>> FindBody(const RgbImage& image,
                                                    const Region& region);

  // Returns the hand of `body`; nullopt when it is not seen.
  absl::StatusOr<std::optional<BlazeHand>> FindHand(const RgbImage& image,
                                                    const BlazeBody& body,
                                                    BodySide side);

  // Returns the face of `body`; nullopt when it is not seen.
  absl::StatusOr<std::optional<BlazeFace>> FindFace(const RgbImage& image,
                                                    const BlazeBody& body);

 private:
  explicit BlazeNetworks(std::vector<Network> networks);

  absl::StatusOr<std::optional<Region>> FaceRegion(const RgbImage& image,
                                                   const BlazeBody& body);

  std::vector<Network> networks_;  // by BlazeNetwork
  std::vector<Point> pose_anchors_;
  std::vector<Point> face_anchors_;
};

// Moves each landmark, in [0, 1] of the region, to the weighted middle of its
// heat map's surroundings where that is certain enough.
//   heatmaps: [landmarks.size(), 64, 64], logits.
void RefineByHeatmaps(absl::Span<const float> heatmaps,
                      absl::Span<Point> landmarks);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_BLAZE_NETWORKS_H_
