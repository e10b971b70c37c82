#include "engine/pose/pose_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// "[0, 1000, 0.5, 1, 1001, 0.5, …]": point i is at (i, 1000 + i).
std::string Triples(int count) {
  std::string text = "[";
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", i, ",", 1000 + i, ",0.5");
  }
  return text + "]";
}

// "[[0, 1000], [1, 1001], …]"
std::string Pairs(int count, int first = 0) {
  std::string text = "[";
  for (int i = first; i < first + count; ++i) {
    absl::StrAppend(&text, i == first ? "" : ",", "[", i, ",", 1000 + i, "]");
  }
  return text + "]";
}

PoseFileContent Parse(const std::string& text) {
  absl::StatusOr<PoseFileContent> content = ParsePoseJson({&text, 1});
  EXPECT_TRUE(content.ok()) << content.status();
  if (!content.ok()) return {.people = {.frames = {{{}}}}};
  return *std::move(content);
}

std::string FaultOf(const std::string& text) {
  const auto content = ParsePoseJson({&text, 1});
  EXPECT_EQ(content.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(content.status().message());
}

std::string OpenPose(const std::string& body, const std::string& more = "") {
  return R"({"version":1.3,"people":[{"person_id":[-1],"pose_keypoints_2d":)" +
         body + more + "}]}";
}

TEST(OpenPoseJsonTest, ReadsBody25WithFaceAndHands) {
  const PoseFileContent content = Parse(
      OpenPose(Triples(25), R"(,"face_keypoints_2d":)" + Triples(70) +
                                R"(,"hand_left_keypoints_2d":)" + Triples(21) +
                                R"(,"hand_right_keypoints_2d":[])"));
  EXPECT_EQ(content.format, PoseFormat::kOpenPoseJson);
  EXPECT_EQ(content.people.width, 0);
  const PersonPose& person = content.people.frames.at(0).at(0);
  EXPECT_EQ(person.body[kRightHip], (Keypoint{9, 1009, 0.5}));
  EXPECT_EQ(person.feet[5], (Keypoint{24, 1024, 0.5}));
  EXPECT_EQ(person.face[67], (Keypoint{67, 1067, 0.5}));
  EXPECT_EQ(person.left_hand[20], (Keypoint{20, 1020, 0.5}));
  EXPECT_EQ(person.right_hand[0], Keypoint());
}

TEST(OpenPoseJsonTest, TellsBodiesApartByTheirLength) {
  EXPECT_EQ(Parse(OpenPose(Triples(18))).people.frames[0][0].body[kLeftEar].x,
            17);
  EXPECT_EQ(Parse(OpenPose(Triples(17))).people.frames[0][0].body[kLeftEar].x,
            3);
  EXPECT_THAT(FaultOf(OpenPose(Triples(15))), HasSubstr("not MPI's 15"));
  EXPECT_THAT(FaultOf(OpenPose(Triples(24))), HasSubstr("24 points"));
  EXPECT_THAT(FaultOf(OpenPose("[1,2]")), HasSubstr("triples"));
  EXPECT_THAT(FaultOf(OpenPose("[1,2,\"x\"]")), HasSubstr("no number"));
  EXPECT_THAT(
      FaultOf(OpenPose("null", R"(,"face_keypoints_2d":)" + Triples(50))),
      HasSubstr("face_keypoints_2d has 50 points"));
}

TEST(OpenPoseJsonTest, FramesOfSeveralFilesFollowEachOther) {
  const std::vector<std::string> texts = {
      OpenPose(Triples(18)), R"({"people":[]})", OpenPose(Triples(25))};
  const auto content = ParsePoseJson(texts);
  ASSERT_TRUE(content.ok()) << content.status();
  ASSERT_EQ(content->people.frames.size(), 3U);
  EXPECT_TRUE(content->people.frames[1].empty());
  const std::vector<std::string> broken = {texts[0], "{"};
  EXPECT_THAT(ParsePoseJson(broken).status().message(),
              HasSubstr("file 2 of 2"));
}

TEST(PoseKeypointJsonTest, ReadsCanvasAndNullParts) {
  const PoseFileContent content = Parse(absl::StrCat(
      R"([{"people":[{"pose_keypoints_2d":)", Triples(18),
      R"(,"face_keypoints_2d":null}],"animals":[],)",
      R"("canvas_width":512,"canvas_height":768},)",
      R"({"people":[],"canvas_width":512,)", R"("canvas_height":768}])"));
  EXPECT_EQ(content.format, PoseFormat::kPoseKeypointJson);
  EXPECT_EQ(content.people.width, 512);
  EXPECT_EQ(content.people.height, 768);
  ASSERT_EQ(content.people.frames.size(), 2U);
  EXPECT_EQ(content.people.frames[0][0].body[kNeck], (Keypoint{1, 1001, 0.5}));
}

TEST(PoseKeypointJsonTest, FaultsNameFrameAndPerson) {
  const std::string canvas = R"(,"canvas_width":64,"canvas_height":64})";
  EXPECT_THAT(
      FaultOf(R"([{"people":[])" + canvas +
              R"(,{"people":[{},{"pose_keypoints_2d":[1]}])" + canvas + "]"),
      HasSubstr("frame 1: person 1: pose_keypoints_2d"));
  EXPECT_THAT(
      FaultOf(R"([{"people":[])" + canvas +
              R"(,{"people":[],"canvas_width":65,"canvas_height":64}])"),
      HasSubstr("frame 1: the canvas differs"));
  EXPECT_THAT(FaultOf(R"({"people":[],"canvas_width":0,"canvas_height":64})"),
              HasSubstr("0x64"));
  EXPECT_THAT(FaultOf(R"([{"people":[])" + canvas + R"(,{"bodies":{}}])"),
              HasSubstr("the frames before are POSE_KEYPOINT"));
  EXPECT_THAT(FaultOf(R"({"people":7})"), HasSubstr("no list"));
  std::string crowd = R"({"people":[{})";
  for (int i = 0; i < 1000; ++i) crowd += ",{}";
  EXPECT_THAT(FaultOf(crowd + "]}"), HasSubstr("1001 people"));
}

TEST(PoseJsonTest, CrowdsInAllFramesTogetherAreLimited) {
  std::string frame = R"({"people":[{})";
  for (int i = 1; i < 100; ++i) frame += ",{}";
  frame += "]}";
  std::string text = "[" + frame;
  for (int i = 0; i < 600; ++i) text += "," + frame;
  EXPECT_THAT(FaultOf(text + "]"),
              HasSubstr("frame 600: there are more than 60000 people"));
}

TEST(OpenposeEditorJsonTest, ReadsPointsAndNull) {
  std::string points = Pairs(18);
  points.replace(points.find("[1,1001]"), 8, "null");
  const PoseFileContent content =
      Parse(R"({"width":300,"height":400,"keypoints":[)" + points + "]}");
  EXPECT_EQ(content.format, PoseFormat::kOpenposeEditorJson);
  EXPECT_EQ(content.people.height, 400);
  const PersonPose& person = content.people.frames.at(0).at(0);
  EXPECT_EQ(person.body[kNose], (Keypoint{0, 1000, 1}));
  EXPECT_EQ(person.body[kNeck], Keypoint());
  EXPECT_THAT(FaultOf(R"({"keypoints":[)" + Pairs(17) + "]}"),
              HasSubstr("18 points"));
}

std::string Dwpose(const std::string& subset) {
  return absl::StrCat(R"({"bodies":{"candidate":)", Pairs(36), R"(,"subset":[)",
                      subset, R"(]},"hands":[)", Pairs(21), ",", Pairs(21, 100),
                      R"(],"faces":[)", Pairs(68),
                      R"(],"faces_score":[[0.25]]})");
}

TEST(DwposeJsonTest, GoesThroughTheSubset) {
  const PoseFileContent content =
      Parse(Dwpose("[18,-1,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35]"));
  EXPECT_EQ(content.format, PoseFormat::kDwposeJson);
  EXPECT_EQ(content.space, CoordinateSpace::kNormalized);
  const PersonPose& person = content.people.frames.at(0).at(0);
  EXPECT_EQ(person.body[kNose], (Keypoint{18, 1018, 1}));
  EXPECT_EQ(person.body[kNeck], Keypoint());
  EXPECT_EQ(person.left_hand[0].x, 0);
  EXPECT_EQ(person.right_hand[0].x, 100);
  EXPECT_EQ(person.face[0].confidence, 0.25);
  EXPECT_EQ(person.face[1].confidence, 1.0);
}

TEST(DwposeJsonTest, BadIndicesAreRefused) {
  EXPECT_THAT(FaultOf(Dwpose("[99,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]")),
              HasSubstr("behind the end"));
  EXPECT_THAT(FaultOf(Dwpose("[1]")), HasSubstr("18 indices"));
  EXPECT_THAT(FaultOf(R"({"bodies":[]})"), HasSubstr("candidate"));
}

TEST(PoseJsonTest, WhatIsNoPoseIsRefused) {
  EXPECT_THAT(FaultOf("{\"people\":"), HasSubstr("no valid JSON"));
  EXPECT_THAT(FaultOf("{\"a\":1}"), HasSubstr("no poses"));
  EXPECT_THAT(FaultOf("[1,2]"), HasSubstr("frame 0"));
  EXPECT_THAT(FaultOf(std::string(1 << 20, '[')), HasSubstr("nests"));
  EXPECT_THAT(FaultOf(OpenPose("[1e999,0,1]")), HasSubstr("valid JSON"));
}

}  // namespace
}  // namespace animate
