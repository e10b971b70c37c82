#include "tools/eval/score_table.h"

#include <gmock/gmock.h>

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ClipScores Scores(double psnr, double ssim, double changed) {
  ClipScores scores;
  scores.frames = 2;
  scores.psnr = psnr;
  scores.ssim = ssim;
  scores.changed_mae = changed;
  scores.motion = {.generated = 6.0, .truth = 4.0, .difference = 3.0};
  return scores;
}

ScoreTable ThreeRows() {
  ScoreTable table;
  table.rows.push_back(
      {.name = "floor",
       .clips = {
           {.name = "1-walk", .kind = "walk", .scores = Scores(15, .6, 80)}}});
  table.rows.push_back(
      {.name = "model",
       .clips =
           {{.name = "1-walk", .kind = "walk", .scores = Scores(20, .8, 30)},
            {.name = "2-box", .kind = "box", .scores = Scores(24, .9, 20)}},
       .distances = {{"fvd", 123.456}},
       .seconds_per_clip = 1.5});
  table.rows.push_back(
      {.name = "oracle",
       .clips = {
           {.name = "1-walk", .kind = "walk", .scores = Scores(25, .9, 10)}}});
  return table;
}

TEST(ScoreTableTest, TheWayGoesFromFloorToOracle) {
  const Way way =
      WayOf(Scores(22, .85, 25), Scores(15, .6, 80), Scores(25, .9, 10));
  EXPECT_NEAR(*way.psnr, .7, 1e-12);
  EXPECT_NEAR(*way.ssim, .25 / .3, 1e-12);
  EXPECT_NEAR(*way.changed_mae, 55.0 / 70, 1e-12);
  const Way nowhere = WayOf(Scores(1, 1, 1), Scores(2, 2, 2), Scores(2, 2, 2));
  EXPECT_FALSE(nowhere.psnr.has_value());
}

TEST(ScoreTableTest, TheJsonHasRowsMotionsClipsAndWays) {
  const nlohmann::json rows = ScoreTableJson(ThreeRows());
  ASSERT_EQ(rows.size(), 3u);
  const nlohmann::json& model = rows[1];
  EXPECT_EQ(model["name"], "model");
  EXPECT_EQ(model["frames"], 4);
  EXPECT_DOUBLE_EQ(model["psnr"], 22.0);
  EXPECT_DOUBLE_EQ(model["flicker_ratio"], 1.5);
  EXPECT_DOUBLE_EQ(model["frame_difference"]["error"], 3.0);
  EXPECT_DOUBLE_EQ(model["fvd"], 123.456);
  EXPECT_NEAR(model["way"]["psnr"], .7, 1e-12);
  EXPECT_DOUBLE_EQ(model["by_motion"]["box"]["psnr"], 24.0);
  EXPECT_EQ(model["clips"][1]["name"], "2-box");
  EXPECT_EQ(model["seconds_per_clip"], 1.5);
  EXPECT_FALSE(model.contains("lpips"));
  EXPECT_EQ(rows[0]["way"]["psnr"], 0.0);
  EXPECT_EQ(rows[2]["way"]["psnr"], 1.0);
}

TEST(ScoreTableTest, WithoutOracleThereIsNoWay) {
  ScoreTable table = ThreeRows();
  table.rows.pop_back();
  EXPECT_FALSE(ScoreTableJson(table)[1].contains("way"));
  EXPECT_EQ(table.Find("oracle"), nullptr);
}

TEST(ScoreTableTest, TheMarkdownHasALinePerRowAndPerMotion) {
  const std::string text = ScoreTableMarkdown(ThreeRows(), "model");
  EXPECT_THAT(text, HasSubstr("| model | 22.00 | 0.850 |"));
  EXPECT_THAT(text, HasSubstr("| 123.46 |"));
  EXPECT_THAT(text, HasSubstr("| 0.70, 0.83, 0.79 | 1.50 |"));
  EXPECT_THAT(text, HasSubstr("By motion, model:"));
  EXPECT_THAT(text, HasSubstr("| box | 24.00 |"));
  EXPECT_THAT(ScoreTableMarkdown(ThreeRows(), "nobody"),
              Not(HasSubstr("By motion")));
}

}  // namespace
}  // namespace animate
