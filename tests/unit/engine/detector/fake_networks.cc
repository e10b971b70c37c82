#include "tests/unit/engine/detector/fake_networks.h"

#include <algorithm>
#include <cmath>

#include "engine/detector/blaze_pose.h"

namespace animate {

PersonPose FakePose(const FakePerson& person) {
  PersonPose pose;
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    const double down =
        (static_cast<double>(i) / (kNumBodyJoints - size_t{1}) - 0.5) * 0.8;
    const double right = i % 2 == 0 ? 0.05 : -0.05;
    pose.body[i] = {.x = person.center.x + right * person.size,
                    .y = person.center.y + down * person.size,
                    .confidence = person.confidence};
  }
  return pose;
}

absl::StatusOr<std::vector<Candidate>> FakeNetworks::FindPeople(
    const RgbImage& image, const Region& square) {
  ++searches;
  std::vector<Candidate> candidates;
  for (const FakePerson& person : scene_(image)) {
    const Point from = person.center - square.center;
    const bool inside = std::abs(from.x) < square.width / 2 &&
                        std::abs(from.y) < square.height / 2;
    if (inside && square.width <= 2.5 * person.size) {
      candidates.push_back({.region = {.center = person.center,
                                       .width = person.size,
                                       .height = person.size},
                            .score = person.score});
    }
  }
  return candidates;
}

std::vector<std::vector<Region>> FakeNetworks::SmallPeopleRounds(
    int width, int height) const {
  return OverlappingTiles(width, height);
}

absl::StatusOr<std::optional<Sighting>> FakeNetworks::FindBody(
    const RgbImage& image, const Region& region) {
  ++looks;
  if (!failure.ok()) return failure;
  std::optional<FakePerson> nearest;
  for (const FakePerson& person : scene_(image)) {
    if (Distance(person.center, region.center) > region.width / 2) continue;
    if (!nearest || Distance(person.center, region.center) <
                        Distance(nearest->center, region.center)) {
      nearest = person;
    }
  }
  if (!nearest) return std::nullopt;
  const std::array<Point, 2> axis = {
      nearest->center, nearest->center - Point{0.0, nearest->size / 2}};
  return Sighting{.person = FakePose(*nearest),
                  .axis = axis,
                  .region = RegionOf(axis),
                  .size = nearest->size,
                  .score = 1.0};
}

absl::Status FakeNetworks::AddParts(const RgbImage&, PersonParts parts,
                                    Sighting& sighting) {
  const Keypoint point{.x = sighting.region.center.x,
                       .y = sighting.region.center.y,
                       .confidence = 0.8};
  if (HasHands(parts)) {
    sighting.person.left_hand.fill(point);
    sighting.person.right_hand.fill(point);
  }
  if (HasFace(parts)) sighting.person.face.fill(point);
  return absl::OkStatus();
}

Region FakeNetworks::RegionOf(const std::array<Point, 2>& axis) const {
  return RegionAround(axis[0], axis[1], 1.57079632679489661923);
}

}  // namespace animate
