#include "server/service/manifest_parser.h"

#include <gtest/gtest.h>

#include <utility>

#include "server/service/request_parser.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

// The least that is in order, for a server without a detector.
struct PoseStart {
  PoseStart() {
    offer.models = {ModelInfo{.name = "tiny"}};
    message.mutable_spec()->set_frame_count(4);
    v1::InputManifest& inputs = *message.mutable_inputs();
    inputs.mutable_reference();
    inputs.set_pose_kind(v1::POSE_KIND_IMAGES);
    inputs.set_pose_items(4);
    inputs.set_total_bytes(1000);
  }

  absl::StatusOr<ParsedStart> Parse() const {
    return ParseStart(message, offer, /*seed=*/1);
  }

  Offer offer;
  v1::AnimateRequest::Start message;
};

TEST(ParseManifestTest, TakesAClipAsOneItem) {
  PoseStart start;
  start.message.mutable_inputs()->set_pose_kind(v1::POSE_KIND_VIDEO);
  start.message.mutable_inputs()->set_pose_items(1);
  const auto parsed = start.Parse();
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->manifest.pose_kind, PoseKind::kVideo);
}

TEST(ParseManifestTest, TakesEveryKindThatItsServerCanRead) {
  const std::pair<v1::PoseKind, PoseKind> kinds[] = {
      {v1::POSE_KIND_VIDEO, PoseKind::kVideo},
      {v1::POSE_KIND_KEYPOINTS, PoseKind::kKeypoints},
      {v1::POSE_KIND_DRIVING_VIDEO, PoseKind::kDrivingVideo}};
  for (const auto& [wire, kind] : kinds) {
    PoseStart start;
    start.offer.pose_detector = "blazepose";
    start.message.mutable_inputs()->set_pose_kind(wire);
    start.message.mutable_inputs()->set_pose_items(1);
    start.message.mutable_spec()->mutable_retarget()->set_mode(
        v1::RetargetOptions::MODE_ANCHOR_FRAME);
    const auto parsed = start.Parse();
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->manifest.pose_kind, kind);
    EXPECT_EQ(parsed->spec.retarget->options.mode, RetargetMode::kAnchorFrame);
  }
}

TEST(ParseManifestTest, AModeThatIsNotNamedNeedsNoReferencePose) {
  PoseStart start;
  start.message.mutable_spec()->mutable_retarget();
  const auto parsed = start.Parse();
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->spec.retarget.has_value());
  start.message.mutable_spec()->mutable_retarget()->set_mode(
      v1::RetargetOptions::MODE_NONE);
  EXPECT_TRUE(start.Parse().ok());
  start.message.mutable_spec()->clear_retarget();
  EXPECT_FALSE(start.Parse()->spec.retarget.has_value());
}

TEST(ParseManifestTest, KnowsTheChannelsOfSkeletons) {
  const std::pair<v1::ChannelOrder, SkeletonChannels> orders[] = {
      {v1::CHANNEL_ORDER_RGB, SkeletonChannels::kRgb},
      {v1::CHANNEL_ORDER_BGR_SWAPPED, SkeletonChannels::kBgrSwapped},
      {v1::CHANNEL_ORDER_AUTO, SkeletonChannels::kAuto}};
  for (const auto& [wire, channels] : orders) {
    PoseStart start;
    start.message.mutable_inputs()->set_channel_order(wire);
    const auto parsed = start.Parse();
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->manifest.channels, channels);
  }
}

}  // namespace
}  // namespace animate
