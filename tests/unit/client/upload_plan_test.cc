#include "client/upload_plan.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "engine/base/crc32c.h"

namespace animate {
namespace {

AnimationRequest SmallRequest() {
  AnimationRequest request;
  request.spec.set_frame_count(2);
  request.reference = "abc";
  request.pose_kind = v1::POSE_KIND_IMAGES;
  request.poses = {"01234", "xy"};
  return request;
}

TEST(UploadPlanTest, StartAnnouncesWhatFollows) {
  const AnimationRequest request = SmallRequest();
  const v1::AnimateRequest message = UploadPlan(request).Start();
  const v1::InputManifest& inputs = message.start().inputs();
  EXPECT_EQ(message.start().spec().frame_count(), 2u);
  EXPECT_EQ(inputs.pose_kind(), v1::POSE_KIND_IMAGES);
  EXPECT_EQ(inputs.pose_items(), 2u);
  EXPECT_EQ(inputs.total_bytes(), 10u);
  EXPECT_EQ(inputs.reference().bytes(), 3u);
  // FIPS 180-4's example.
  EXPECT_EQ(absl::BytesToHexString(inputs.reference().sha256()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(UploadPlanTest, ChunksCoverEveryItemInOrder) {
  const AnimationRequest request = SmallRequest();
  UploadPlan plan(request, /*chunk_bytes=*/2);
  std::string joined;
  std::vector<std::string> places;
  while (!plan.done()) {
    const v1::Chunk chunk = plan.NextChunk().chunk();
    EXPECT_LE(chunk.data().size(), 2u);
    EXPECT_EQ(chunk.crc32c(), Crc32c(chunk.data()));
    joined += chunk.data();
    places.push_back(std::to_string(chunk.item()) + "@" +
                     std::to_string(chunk.offset()) +
                     (chunk.last() ? " last" : ""));
  }
  EXPECT_EQ(joined, "abc01234xy");
  EXPECT_EQ(places, (std::vector<std::string>{"0@0", "0@2 last", "1@0", "1@2",
                                              "1@4 last", "2@0 last"}));
  EXPECT_EQ(plan.sent_bytes(), plan.total_bytes());
}

TEST(UploadPlanTest, KeypointsAreOneItemThatIsTheMessage) {
  AnimationRequest request = SmallRequest();
  request.pose_kind = v1::POSE_KIND_KEYPOINTS;
  request.channel_order = v1::CHANNEL_ORDER_AUTO;
  request.keypoints.set_width(640);
  request.keypoints.add_frames()->add_xy(1.5f);
  UploadPlan plan(request);
  const v1::InputManifest inputs = plan.Start().start().inputs();
  EXPECT_EQ(inputs.pose_kind(), v1::POSE_KIND_KEYPOINTS);
  EXPECT_EQ(inputs.pose_items(), 1u);
  EXPECT_EQ(inputs.channel_order(), v1::CHANNEL_ORDER_AUTO);
  plan.NextChunk();
  const v1::Chunk chunk = plan.NextChunk().chunk();
  EXPECT_TRUE(plan.done());
  v1::PoseSequence sent;
  ASSERT_TRUE(sent.ParseFromString(chunk.data()));
  EXPECT_EQ(sent.width(), 640u);
  EXPECT_EQ(inputs.total_bytes(), 3u + chunk.data().size());
}

TEST(UploadPlanTest, AnItemThatFillsItsChunksExactlyHasNoEmptyLastChunk) {
  AnimationRequest request = SmallRequest();
  request.reference = "abcd";
  request.poses.clear();
  UploadPlan plan(request, /*chunk_bytes=*/2);
  plan.NextChunk();
  EXPECT_TRUE(plan.NextChunk().chunk().last());
  EXPECT_TRUE(plan.done());
}

TEST(UploadPlanTest, AnEmptyItemIsOneEmptyChunk) {
  AnimationRequest request = SmallRequest();
  request.poses = {""};
  UploadPlan plan(request);
  plan.NextChunk();
  const v1::Chunk chunk = plan.NextChunk().chunk();
  EXPECT_EQ(chunk.item(), 1u);
  EXPECT_TRUE(chunk.data().empty());
  EXPECT_TRUE(chunk.last());
  EXPECT_TRUE(plan.done());
}

}  // namespace
}  // namespace animate
