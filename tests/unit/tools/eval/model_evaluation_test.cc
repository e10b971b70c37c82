#include "tools/eval/model_evaluation.h"

#include <gmock/gmock.h>

#include <functional>

#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Returns what the test says, and keeps what it was asked.
class FakeClipMaker : public ClipMaker {
 public:
  const MakerInfo& info() const override { return info_; }

  absl::StatusOr<std::vector<RgbImage>> Make(
      const ClipRequest& request) override {
    references.push_back(request.reference);
    seeds.push_back(request.seed);
    steps.push_back(request.sampling.steps);
    return make(request);
  }

  std::vector<RgbImage> references;
  std::vector<uint64_t> seeds;
  std::vector<std::optional<int>> steps;
  std::function<absl::StatusOr<std::vector<RgbImage>>(const ClipRequest&)>
      make = [](const ClipRequest& request) {
        return std::vector<RgbImage>(request.poses.size(), request.reference);
      };

 private:
  MakerInfo info_;
};

std::vector<std::string> RowNames(const ScoreTable& table) {
  std::vector<std::string> names;
  for (const ScoredRow& row : table.rows) names.push_back(row.name);
  return names;
}

TEST(ModelEvaluationTest, ScoresFloorRunsAndOracle) {
  const ProceduralSet set = *ProceduralSet::Create(SmallSet());
  FakeClipMaker maker;
  const absl::StatusOr<ModelEvaluation> evaluation = EvaluateModel(
      set, maker,
      {.runs = {{.name = "model"},
                {.name = "20 steps", .sampling = {.steps = 20}},
                {.name = "shuffled", .references = References::kShuffled}},
       .seed = 40,
       .reconstruct = [](absl::Span<const RgbImage> pictures) {
         return std::vector<RgbImage>(pictures.begin(), pictures.end());
       }});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  const ScoreTable& table = evaluation->table;
  EXPECT_THAT(RowNames(table),
              ElementsAre("floor", "model", "20 steps", "shuffled", "oracle"));
  for (const ScoredRow& row : table.rows) EXPECT_THAT(row.clips, SizeIs(3));
  // A model that copies the reference is the floor.
  EXPECT_EQ(table.rows[1].mean().psnr, table.rows[0].mean().psnr);
  EXPECT_EQ(table.rows[1].mean().changed_mae, table.rows[0].mean().changed_mae);
  EXPECT_LT(table.rows[3].mean().psnr, table.rows[1].mean().psnr);
  EXPECT_LT(*table.rows[3].mean().identity, *table.rows[1].mean().identity);
  EXPECT_NEAR(*table.rows[4].mean().identity, 1.0, 1e-12);
  EXPECT_TRUE(table.rows[1].seconds_per_clip.has_value());
  EXPECT_FALSE(table.rows[0].seconds_per_clip.has_value());

  EXPECT_THAT(maker.seeds, ElementsAre(40, 40, 40, 41, 41, 41, 42, 42, 42));
  EXPECT_EQ(maker.steps[1], 20);
  EXPECT_FALSE(maker.steps[0].has_value());
  EXPECT_EQ(maker.references[2], maker.references[3]);  // of case 1
  EXPECT_NE(maker.references[2], maker.references[0]);
}

TEST(ModelEvaluationTest, ARunOfSeveralSamplesIsTheirMean) {
  const ProceduralSet set = *ProceduralSet::Create(SmallSet());
  FakeClipMaker maker;
  maker.make = [](const ClipRequest& request) {
    // Seeds 40, 43, 46 of the first case: levels 0, 30, 60.
    return std::vector<RgbImage>(
        request.poses.size(),
        Grey(64, 96, static_cast<uint8_t>((request.seed - 40) * 10)));
  };
  const ModelEvaluation evaluation = *EvaluateModel(
      set, maker,
      {.runs = {{.name = "mean", .samples = 3}}, .seed = 40, .sheet_clips = 1});
  EXPECT_THAT(maker.seeds, ElementsAre(40, 43, 46, 41, 44, 47, 42, 45, 48));
  EXPECT_EQ(evaluation.sheet[0].generated[0], Grey(64, 96, 30));
}

TEST(ModelEvaluationTest, OneCharacterHasNoStranger) {
  ProceduralSetOptions options = SmallSet();
  options.last_character = options.first_character;
  options.motions_per_character = 2;
  const ProceduralSet set = *ProceduralSet::Create(options);
  FakeClipMaker maker;
  EXPECT_THAT(
      RowNames(EvaluateModel(set, maker,
                             {.runs = {{.name = "model"},
                                       {.name = "shuffled",
                                        .references = References::kShuffled}}})
                   ->table),
      ElementsAre("floor", "model"));
}

TEST(ModelEvaluationTest, TheSheetShowsTheFirstRun) {
  const ProceduralSet set = *ProceduralSet::Create(SmallSet());
  FakeClipMaker maker;
  std::vector<std::string> lines;
  const ModelEvaluation evaluation = *EvaluateModel(
      set, maker,
      {.runs = {{.name = "model"}},
       .sheet_clips = 2,
       .sheet_frames = 2,
       .on_case = [&](const std::string& line) { lines.push_back(line); }});
  ASSERT_THAT(evaluation.sheet, SizeIs(2));
  EXPECT_THAT(evaluation.sheet[0].truth, SizeIs(2));
  EXPECT_EQ(evaluation.sheet[1].reference, set.Make(2)->reference);
  EXPECT_EQ(evaluation.sheet[1].generated[0], set.Make(2)->reference);
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0], HasSubstr("1/3 7-wave: floor"));
}

TEST(ModelEvaluationTest, ErrorsNameCaseAndRun) {
  const ProceduralSet set = *ProceduralSet::Create(SmallSet());
  FakeClipMaker maker;
  const ModelEvaluationOptions options{.runs = {{.name = "model"}}};
  maker.make = [](const ClipRequest&) {
    return absl::StatusOr<std::vector<RgbImage>>(
        absl::InternalError("no memory"));
  };
  EXPECT_THAT(EvaluateModel(set, maker, options).status().message(),
              HasSubstr("7-wave, model: no memory"));
  maker.make = [](const ClipRequest& request) {
    return std::vector<RgbImage>(request.poses.size(), Grey(32, 32, 0));
  };
  EXPECT_THAT(EvaluateModel(set, maker, options).status().message(),
              HasSubstr("7-wave, model: generated frame 0 is 32x32"));
}

}  // namespace
}  // namespace animate
