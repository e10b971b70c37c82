#include "tools/train/metrics_log.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using Json = nlohmann::json;

const absl::Time kNow = absl::FromUnixMillis(1'700'000'000'125);

TrainingProgress StepOf(int64_t step, double loss) {
  return {.step = step,
          .total_steps = 10,
          .loss = loss,
          .details = {{"mse", 0.5}},
          .learning_rate = 0.001,
          .gradient_norm = 2.0,
          .images = 4,
          .seconds = 0.25,
          .images_per_second = 16.0};
}

std::vector<Json> Lines(const TemporaryFolder& folder) {
  std::vector<Json> lines;
  for (const absl::string_view line :
       absl::StrSplit(folder.Read("m.jsonl"), '\n', absl::SkipEmpty())) {
    lines.push_back(Json::parse(line));
  }
  return lines;
}

TEST(MetricsLogTest, ALineIsAnObject) {
  const TemporaryFolder folder;
  auto log = MetricsLog::Open(folder / "m.jsonl", 0);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_TRUE((*log)->Append(StepOf(1, 0.75), kNow).ok());
  EXPECT_EQ(Lines(folder)[0], Json::parse(R"({"step": 1, "loss": 0.75,
      "details": {"mse": 0.5}, "lr": 0.001, "grad_norm": 2.0,
      "images_per_s": 16.0, "seconds": 0.25,
      "time": "2023-11-14T22:13:20.125Z"})"));
}

TEST(MetricsLogTest, TellsWhatIsUnusual) {
  const TemporaryFolder folder;
  auto log = MetricsLog::Open(folder / "m.jsonl", 0);
  TrainingProgress step = StepOf(1, std::numeric_limits<double>::quiet_NaN());
  step.loss_scale = 1024.0;
  step.skipped = true;
  step.skipped_sources = 3;
  ASSERT_TRUE((*log)->Append(step, kNow).ok());
  ASSERT_TRUE((*log)->AppendValidation(1, {{"psnr", 20.0}}, kNow).ok());
  const std::vector<Json> lines = Lines(folder);
  EXPECT_TRUE(lines[0]["loss"].is_null());
  EXPECT_EQ(lines[0]["loss_scale"], 1024.0);
  EXPECT_EQ(lines[0]["skipped"], true);
  EXPECT_EQ(lines[0]["unreadable_files"], 3);
  EXPECT_EQ(lines[1]["validation"], Json::parse(R"({"psnr": 20.0})"));
}

TEST(MetricsLogTest, AResumedRunContinuesItsLog) {
  const TemporaryFolder folder;
  {
    auto log = MetricsLog::Open(folder / "m.jsonl", 0);
    for (int64_t step = 1; step <= 4; ++step) {
      ASSERT_TRUE(
          (*log)->Append(StepOf(step, static_cast<double>(step)), kNow).ok());
      ASSERT_TRUE((*log)->AppendValidation(step, {{"psnr", 1.0}}, kNow).ok());
    }
  }
  // A crash after the checkpoint of step 2, in the middle of a line.
  folder.Write("m.jsonl", folder.Read("m.jsonl") + "{\"step\": 5, \"lo");
  auto log = MetricsLog::Open(folder / "m.jsonl", 2);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_TRUE((*log)->Append(StepOf(3, 30.0), kNow).ok());
  const std::vector<Json> lines = Lines(folder);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[3]["step"], 2);
  EXPECT_TRUE(lines[3].contains("validation"));
  EXPECT_EQ(lines[4]["loss"], 30.0);
  ASSERT_EQ((*log)->losses().size(), 3u);
  EXPECT_EQ((*log)->losses()[1].loss, 2.0);
  EXPECT_EQ((*log)->losses()[2].step, 3);
}

TEST(MetricsLogTest, SaysWhereItCannotBe) {
  const TemporaryFolder folder;
  const absl::Status status =
      MetricsLog::Open(folder / "nowhere/m.jsonl", 0).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("nowhere"));
}

}  // namespace
}  // namespace animate
