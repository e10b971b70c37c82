#ifndef ANIMATE_TESTS_UNIT_ENGINE_DETECTOR_FAKE_NETWORKS_H_
#define ANIMATE_TESTS_UNIT_ENGINE_DETECTOR_FAKE_NETWORKS_H_

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "engine/detector/person_networks.h"

namespace animate {

// Somebody in a picture, as large as `size` pixels.
struct FakePerson {
  Point center;
  double size = 0.0;
  double confidence = 0.9;  // of every joint
  double score = 0.9;       // of the detection
};

// A backend that knows where people are instead of looking: finds whom `scene`
// names for the picture, in a square up to 2.5 times their size, and a body in
// any region whose middle is less than half its size away. Counts its calls.
class FakeNetworks : public PersonNetworks {
 public:
  using Scene = std::function<std::vector<FakePerson>(const RgbImage&)>;
  explicit FakeNetworks(Scene scene) : scene_(std::move(scene)) {}

  absl::StatusOr<std::vector<Candidate>> FindPeople(
      const RgbImage& image, const Region& square) override;
  std::vector<Region> WholePictureSquares(int width,
                                          int height) const override {
    return {LetterboxRegion(width, height)};
  }
  std::vector<std::vector<Region>> SmallPeopleRounds(int width,
                                                     int height) const override;
  absl::StatusOr<std::optional<Sighting>> FindBody(
      const RgbImage& image, const Region& region) override;
  absl::Status AddParts(const RgbImage& image, PersonParts parts,
                        Sighting& sighting) override;
  Region RegionOf(const std::array<Point, 2>& axis) const override;
  SmoothingTraits smoothing() const override { return traits; }

  int searches = 0;
  int looks = 0;
  SmoothingTraits traits;
  absl::Status failure;  // of FindBody

 private:
  Scene scene_;
};

// The body of a fake person: a column of joints, the middle at its center.
PersonPose FakePose(const FakePerson& person);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_DETECTOR_FAKE_NETWORKS_H_
