#include "tools/eval/pairs_evaluation.h"

#include <gmock/gmock.h>

#include "engine/evaluation/picture_error.h"
#include "tests/support/small_clip.h"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string PairsError(const PairsOptions& options) {
  return std::string(EvaluatePairs(options).status().message());
}

TEST(PairsEvaluationTest, ScoresFoldersOfFrames) {
  const TemporaryFolder folder;
  const ProceduralCase made = *ProceduralSet::Create(SmallSet())->Make(0);
  const PairsOptions options{
      .generated = WriteFrames(folder, "generated",
                               {made.truth[0], made.truth[0], made.truth[0]}),
      .truth = WriteFrames(folder, "truth", made.truth)};
  const absl::StatusOr<ScoreTable> table = EvaluatePairs(options);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_THAT(table->rows, SizeIs(1));
  const ClipScores scores = table->rows[0].mean();
  EXPECT_EQ(table->rows[0].name, "generated");
  EXPECT_EQ(scores.frames, 3);
  EXPECT_NEAR(scores.psnr,
              (kMaxPsnr + Psnr(made.truth[0], made.truth[1]) +
               Psnr(made.truth[0], made.truth[2])) /
                  3,
              1e-9);
  EXPECT_EQ(scores.motion.generated, 0.0);
  EXPECT_FALSE(scores.changed_mae.has_value());
}

TEST(PairsEvaluationTest, AReferenceAddsTheFloorAndTheChangedPixels) {
  const TemporaryFolder folder;
  const ProceduralCase made = *ProceduralSet::Create(SmallSet())->Make(1);
  const std::string truth = WriteFrames(folder, "truth", made.truth);
  const ScoreTable table = *EvaluatePairs(
      {.generated = truth,
       .truth = truth,
       .reference = folder.Write("r.png", *EncodeImage(made.reference))});
  ASSERT_NE(table.Find("floor"), nullptr);
  EXPECT_EQ(table.Find("generated")->mean().changed_mae, 0.0);
  EXPECT_GT(*table.Find("floor")->mean().changed_mae, 10.0);
  EXPECT_LT(table.Find("floor")->mean().psnr, 40.0);
}

TEST(PairsEvaluationTest, ComparesClipsByNameEachWithItsReference) {
  const TemporaryFolder folder;
  // One for both: x264 makes of so small a picture not always the same bytes.
  const std::string clip = SmallClip(3);
  for (const std::string side : {"generated", "truth"}) {
    WriteFrames(folder, side + "/a", {Grey(16, 16, 10), Grey(16, 16, 90)});
    folder.Write(side + "/b.mp4", clip);
  }
  folder.Write("references/a.png", *EncodeImage(Grey(16, 16, 10)));
  folder.Write("references/b.png", *EncodeImage(Grey(48, 32, 10)));
  const ScoreTable table = *EvaluatePairs({.generated = folder / "generated",
                                           .truth = folder / "truth",
                                           .reference = folder / "references"});
  const ScoredRow& row = *table.Find("generated");
  ASSERT_THAT(row.clips, SizeIs(2));
  EXPECT_EQ(row.clips[0].name, "a");
  EXPECT_EQ(row.clips[1].scores.frames, 3);
  EXPECT_EQ(row.mean().psnr, kMaxPsnr);
  std::filesystem::remove(folder / "references/b.png");
  EXPECT_THAT(PairsError({.generated = folder / "generated",
                          .truth = folder / "truth",
                          .reference = folder / "references"}),
              HasSubstr("lacks a picture called \"b\""));
}

TEST(PairsEvaluationTest, NamesWhatHasNoPartner) {
  const TemporaryFolder folder;
  WriteFrames(folder, "generated/a", {Grey(8, 8, 1)});
  WriteFrames(folder, "generated/extra", {Grey(8, 8, 1)});
  WriteFrames(folder, "truth/a", {Grey(8, 8, 1)});
  WriteFrames(folder, "truth/lost", {Grey(8, 8, 1)});
  const std::string error = PairsError(
      {.generated = folder / "generated", .truth = folder / "truth"});
  EXPECT_THAT(error, HasSubstr("generated lacks \"lost\""));
  EXPECT_THAT(error, HasSubstr("truth lacks \"extra\""));
}

TEST(PairsEvaluationTest, NamesFramesWithoutPartner) {
  const TemporaryFolder folder;
  WriteFrames(folder, "truth", std::vector<RgbImage>(9, Grey(8, 8, 1)));
  WriteFrames(folder, "generated", {Grey(8, 8, 1), Grey(8, 8, 1)});
  const std::string error = PairsError(
      {.generated = folder / "generated", .truth = folder / "truth"});
  EXPECT_THAT(error, HasSubstr("\"frame_2\""));
  EXPECT_THAT(error, HasSubstr("and 2 more"));
}

TEST(PairsEvaluationTest, SizesAndLengthsThatDifferAreErrorsThatNameTheClip) {
  const TemporaryFolder folder;
  WriteFrames(folder, "truth", {Grey(16, 16, 1)});
  WriteFrames(folder, "wide", {Grey(24, 16, 1)});
  EXPECT_THAT(
      PairsError({.generated = folder / "wide", .truth = folder / "truth"}),
      HasSubstr("wide: generated frame 0 is 24x16"));
  const std::string three = folder.Write("3.mp4", SmallClip(3));
  const std::string four = folder.Write("4.mp4", SmallClip(4));
  EXPECT_THAT(PairsError({.generated = three, .truth = four}),
              HasSubstr("3.mp4: 3 generated frames, 4 true ones"));
  EXPECT_THAT(PairsError({.generated = folder / "none", .truth = four}),
              HasSubstr("no such file"));
}

}  // namespace
}  // namespace animate
