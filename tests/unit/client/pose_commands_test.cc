#include "client/pose_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/command_line.h"
#include "client/local_file.h"
#include "engine/media/image_codec.h"
#include "engine/media/image_header.h"
#include "nlohmann/json.hpp"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/pose_drawings.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct PoseResult {
  int code = 0;
  std::string out;
  std::string err;
};

PoseResult Pose(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"animate", "pose"});
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data(),
                                  {.out = out, .err = err});
  return {code, out.str(), err.str()};
}

// Writes StandingPoses and returns the path.
std::string Standing(const TemporaryFolder& folder, int frames,
                     double scale = 1.0) {
  PoseSequence poses = StandingPoses(frames);
  for (PersonPose& person : poses.frames) {
    ForEachKeypoint(person, [&](Keypoint& point) {
      point.x *= scale;
      point.y *= scale;
    });
  }
  const std::string path =
      folder / ("k" + std::to_string(scale) + std::to_string(frames) + ".json");
  EXPECT_TRUE(SavePoses(path, PoseOutputFormat::kPoseKeypoint, poses).ok());
  return path;
}

constexpr int kOk = static_cast<int>(ExitCode::kOk);
constexpr int kUsage = static_cast<int>(ExitCode::kUsage);
constexpr int kLocal = static_cast<int>(ExitCode::kLocalFailure);

TEST(PoseCommandLineTest, HelpNamesEveryCommandAndFlag) {
  const PoseResult result = Pose({"--help"});
  EXPECT_EQ(result.code, kOk);
  for (const char* word :
       {"extract", "convert", "render", "retarget", "synth", "info"}) {
    EXPECT_THAT(result.out, HasSubstr(word));
    EXPECT_EQ(Pose({word, "--help"}).code, kOk);
    EXPECT_EQ(Pose({word}).code, kUsage) << word;
  }
  EXPECT_THAT(Pose({"retarget", "--help"}).out, HasSubstr("--ground-lock"));
  EXPECT_THAT(Pose({"synth", "--help"}).out, HasSubstr("dance"));
}

TEST(PoseCommandLineTest, MistakesAreUsageErrors) {
  EXPECT_EQ(Pose({}).code, kUsage);
  EXPECT_EQ(Pose({"convert", "a", "--out", "b", "--canvas", "big"}).code,
            kUsage);
  EXPECT_EQ(Pose({"convert", "a", "--out", "b", "--format", "xml"}).code,
            kUsage);
  EXPECT_EQ(Pose({"extract", "a", "--out", "b", "--person", "tall"}).code,
            kUsage);
  EXPECT_EQ(Pose({"render", "a", "--out", "b", "--width", "0"}).code, kUsage);
  EXPECT_EQ(Pose({"retarget", "a", "--out", "b", "--reference", "c", "--mode",
                  "best"})
                .code,
            kUsage);
}

TEST(PoseConvertTest, TurnsDrawingsIntoKeypoints) {
  const TemporaryFolder folder;
  const PoseSequence poses = StandingPoses(1);
  const std::string drawing =
      folder.Write("drawing.png", EncodeImage(DrawnPose(poses, 0)).value());
  const PoseResult result = Pose(
      {"convert", drawing, "--out", folder / "k.json", "--overlay",
       folder / "over.png", "--contact-sheet", folder / "sheet.png", "--json"});
  ASSERT_EQ(result.code, kOk) << result.err << result.out;
  const json summary = json::parse(result.out);
  EXPECT_EQ(summary["channel_order"], "rgb");
  EXPECT_EQ(summary["frames"], 1);
  EXPECT_NEAR(summary["body"].get<double>(), 18.0, 0.1);
  EXPECT_TRUE(folder.Has("over.png"));
  EXPECT_TRUE(folder.Has("sheet.png"));
  EXPECT_EQ(json::parse(folder.Read("k.json"))[0]["canvas_width"], 512);
}

TEST(PoseConvertTest, FaultsOfFilesAreLocalFailures) {
  const TemporaryFolder folder;
  const std::string notes = folder.Write("notes.txt", "hello");
  const PoseResult text = Pose({"convert", notes, "--out", folder / "k.json"});
  EXPECT_EQ(text.code, kLocal);
  EXPECT_THAT(text.err, HasSubstr("notes.txt"));
  EXPECT_FALSE(folder.Has("k.json"));
  const PoseResult as_json =
      Pose({"convert", notes, "--out", folder / "k.json", "--json"});
  EXPECT_EQ(as_json.code, kLocal);
  EXPECT_TRUE(json::parse(as_json.out).contains("error"));
  EXPECT_EQ(
      Pose({"convert", Standing(folder, 1), "--out", notes + "/below/k.json"})
          .code,
      kLocal);
}

TEST(PoseRenderTest, WritesFoldersAndClips) {
  const TemporaryFolder folder;
  const std::string poses = Standing(folder, 3);
  const PoseResult pictures =
      Pose({"render", poses, "--width", "128", "--height", "192", "--out",
            folder / "frames", "--no-face", "--feet", "--confidence-alpha"});
  ASSERT_EQ(pictures.code, kOk) << pictures.err;
  EXPECT_THAT(pictures.out, HasSubstr("3 frames, 128x192"));
  const auto header = ReadImageHeader(folder.Read("frames/0002.png"));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->width, 128);
  EXPECT_EQ(Pose({"render", poses, "--out", folder / "clip.mp4"}).code, kOk);
  EXPECT_TRUE(folder.Has("clip.mp4"));
}

TEST(PoseRenderTest, RefusesStripsWhoseCanvasWouldBeHuge) {
  const TemporaryFolder folder;
  const PoseResult result =
      Pose({"render", Standing(folder, 1), "--width", "1", "--height", "8192",
            "--out", folder / "x.png"});
  EXPECT_EQ(result.code, kLocal);
  EXPECT_THAT(result.err, HasSubstr("1x8192"));
}

TEST(PoseRetargetTest, FitsAMotionAndReports) {
  const TemporaryFolder folder;
  const PoseResult result = Pose(
      {"retarget", Standing(folder, 4), "--reference", Standing(folder, 1, 0.5),
       "--mode", "sequence", "--out", folder / "k2.json", "--report",
       folder / "report.json", "--ground-lock"});
  ASSERT_EQ(result.code, kOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("scale 0.500"));
  const json report = json::parse(folder.Read("report.json"));
  EXPECT_EQ(report["mode"], "sequence");
  EXPECT_NEAR(report["global_scale"].get<double>(), 0.5, 1e-6);
  EXPECT_EQ(report["root"], "mid_hip");
  EXPECT_EQ(report["ground_locked"], true);
  EXPECT_NEAR(report["ratio"]["thigh"].get<double>(), 0.5, 1e-6);
  EXPECT_EQ(json::parse(folder.Read("k2.json")).size(), 4U);
}

TEST(PoseRetargetTest, ModeNoneChangesNothing) {
  const TemporaryFolder folder;
  const std::string poses = Standing(folder, 2);
  ASSERT_EQ(Pose({"retarget", poses, "--reference", Standing(folder, 1, 0.5),
                  "--mode", "none", "--out", folder / "k2.json"})
                .code,
            kOk);
  EXPECT_EQ(folder.Read("k2.json"), ReadLocalFile(poses, 1 << 20).value());
}

TEST(PoseRetargetTest, AnAnchorBehindTheEndIsRefused) {
  const TemporaryFolder folder;
  const std::string poses = Standing(folder, 2);
  const PoseResult result =
      Pose({"retarget", poses, "--reference", poses, "--out",
            folder / "k2.json", "--anchor-frame", "2"});
  EXPECT_EQ(result.code, kLocal);
}

TEST(PoseSynthTest, WritesACompleteFolder) {
  const TemporaryFolder folder;
  const PoseResult result =
      Pose({"synth", "--character", "7", "--motion", "dance", "--width", "64",
            "--height", "96", "--frames", "2", "--out", folder / "s",
            "--contact-sheet", folder / "sheet.png"});
  ASSERT_EQ(result.code, kOk) << result.err;
  for (const char* name :
       {"s/reference.png", "s/reference.json", "s/frames/0001.png",
        "s/poses/0001.png", "s/keypoints.json", "sheet.png"}) {
    EXPECT_TRUE(folder.Has(name)) << name;
  }
  EXPECT_EQ(json::parse(folder.Read("s/keypoints.json")).size(), 2U);
}

TEST(PoseSynthTest, UnknownMotionsAreNamed) {
  const TemporaryFolder folder;
  const PoseResult result =
      Pose({"synth", "--motion", "levitate", "--out", folder / "s"});
  EXPECT_EQ(result.code, kLocal);
  EXPECT_THAT(result.err, HasSubstr("levitate"));
}

TEST(PoseInfoTest, SaysWhatIsInAFile) {
  const TemporaryFolder folder;
  const std::string poses = Standing(folder, 3);
  const PoseResult text = Pose({"info", poses});
  ASSERT_EQ(text.code, kOk) << text.err;
  EXPECT_THAT(text.out, HasSubstr("POSE_KEYPOINT JSON"));
  EXPECT_THAT(text.out, HasSubstr("3 frames, 256x384, 12 fps"));
  const json info = json::parse(Pose({"info", poses, "--json"}).out);
  EXPECT_EQ(info["frames_with_person"], 3);
  EXPECT_EQ(info["face"], 0.0);
}

TEST(PoseExtractTest, SaysWhenThereIsNoDetector) {
  const TemporaryFolder folder;
  const std::string photo = folder.Write("photo.png", PlainPng(64, 64, 90));
  const PoseResult result = Pose({"extract", photo, "--out", folder / "k.json",
                                  "--pose-detector-dir", folder / "nothing"});
  EXPECT_EQ(result.code, kLocal);
  EXPECT_THAT(result.err, HasSubstr("POSE_DETECTOR_MISSING"));
}

TEST(PoseExtractTest, SaysWhenNobodyIsInThePhoto) {
  if (DefaultPoseDetectorDir().empty()) GTEST_SKIP() << "no pose detector";
  const TemporaryFolder folder;
  const std::string photo = folder.Write("photo.png", PlainPng(128, 128, 90));
  const PoseResult result = Pose({"extract", photo, "--out", folder / "k.json",
                                  "--no-hands", "--no-face"});
  EXPECT_EQ(result.code, kLocal);
  EXPECT_THAT(result.err, HasSubstr("photo.png"));
  EXPECT_FALSE(folder.Has("k.json"));
}

}  // namespace
}  // namespace animate
