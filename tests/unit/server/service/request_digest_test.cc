#include "server/service/request_digest.h"

#include <gtest/gtest.h>

#include <set>

namespace animate {
namespace {

namespace v1 = ::animate::v1;

v1::JobSpec LabelledSpec(bool reversed) {
  v1::JobSpec spec;
  spec.set_frame_count(3);
  for (int i = 0; i < 16; ++i) {
    const int key = reversed ? 15 - i : i;
    (*spec.mutable_labels())[std::to_string(key)] = "value";
  }
  return spec;
}

EncodedInputs TwoPoses() {
  EncodedInputs inputs;
  inputs.reference = "reference";
  inputs.poses = {"first", "second"};
  return inputs;
}

TEST(RequestDigestTest, TheSameRequestHasTheSameDigest) {
  const std::string digest = RequestDigest(LabelledSpec(false), TwoPoses());
  EXPECT_EQ(digest.size(), 32u);
  EXPECT_EQ(digest, RequestDigest(LabelledSpec(true), TwoPoses()));
}

TEST(RequestDigestTest, AnyDifferenceShows) {
  const v1::JobSpec spec = LabelledSpec(false);
  std::set<std::string> digests = {RequestDigest(spec, TwoPoses())};
  v1::JobSpec seeded = spec;
  seeded.set_seed(0);
  digests.insert(RequestDigest(seeded, TwoPoses()));
  EncodedInputs inputs = TwoPoses();
  inputs.reference = "another";
  digests.insert(RequestDigest(spec, inputs));
  inputs = TwoPoses();
  inputs.poses = {"firsts", "econd"};
  digests.insert(RequestDigest(spec, inputs));
  inputs = TwoPoses();
  inputs.pose_kind = PoseKind::kVideo;
  digests.insert(RequestDigest(spec, inputs));
  inputs = TwoPoses();
  inputs.channels = SkeletonChannels::kAuto;
  digests.insert(RequestDigest(spec, inputs));
  inputs = TwoPoses();
  inputs.keypoints.frames.resize(1);
  digests.insert(RequestDigest(spec, inputs));
  EXPECT_EQ(digests.size(), 7u);
}

}  // namespace
}  // namespace animate
