#include "tests/benchmark/bench_run.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/benchmark/bench_report.h"
#include "tests/support/paths.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::SizeIs;

BenchOptions NanoOptions() {
  BenchOptions options;
  options.config = "nano";
  options.width = 64;
  options.height = 72;
  options.frames = 2;
  options.steps = 1;
  options.repeat = 2;
  options.device = "cpu";
  options.dtype = "float32";
  return options;
}

TEST(BenchRunTest, MeasuresEveryPartOfARandomModel) {
  const absl::StatusOr<BenchResult> result = RunBench(NanoOptions());
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->parts.size(), AllBenchParts().size());
  for (const PartResult& part : result->parts) {
    SCOPED_TRACE(std::string(BenchPartName(part.part)));
    EXPECT_THAT(part.wall_seconds, AllOf(SizeIs(2), Each(Gt(0))));
    EXPECT_THAT(part.cpu_seconds, SizeIs(2));
    EXPECT_GT(part.flops, 0);
    EXPECT_GE(part.reference_flops, part.flops);
    EXPECT_GT(part.bytes, 0);
    EXPECT_GT(part.roofline_seconds, 0);
    EXPECT_GT(part.peak_resident_bytes, 0);
    EXPECT_TRUE(part.ops.empty());
  }
  EXPECT_EQ(result->device, "cpu");
  EXPECT_EQ(result->dtype, "float32");
  EXPECT_GT(result->parameters, 100000);
  EXPECT_GT(result->roofline.flops_per_second, 0);
  EXPECT_GT(result->roofline.bytes_per_second, 0);
}

TEST(BenchRunTest, MeasuresAModelFolderAndOnlyWhatIsAskedFor) {
  BenchOptions options = NanoOptions();
  options.model_dir = SourceDir() + "/tests/golden/nano/pretrained_weights";
  options.parts = {BenchPart::kReference};
  const absl::StatusOr<BenchResult> result = RunBench(options);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->parts.size(), 1u);
  EXPECT_EQ(result->parts[0].part, BenchPart::kReference);
}

TEST(BenchRunTest, ListsOperatorsAndCopiesWhenProfiling) {
  BenchOptions options = NanoOptions();
  options.parts = {BenchPart::kStep};
  options.profile = true;
  const absl::StatusOr<BenchResult> result = RunBench(options);
  ASSERT_TRUE(result.ok()) << result.status();
  const PartResult& step = result->parts[0];
  EXPECT_THAT(step.wall_seconds, SizeIs(2));
  ASSERT_FALSE(step.ops.empty());
  for (const OpProfile::Copy& copy : step.copies) {
    EXPECT_THAT(copy.path, HasSubstr("aten::copy_"));
    EXPECT_GT(copy.bytes, 0);
  }
}

TEST(BenchRunTest, SaysWhatIsWrongWithTheModel) {
  BenchOptions options = NanoOptions();
  options.config = "huge";
  EXPECT_THAT(std::string(RunBench(options).status().message()),
              HasSubstr("huge"));
  options.model_dir = "/nowhere";
  EXPECT_THAT(std::string(RunBench(options).status().message()),
              HasSubstr("/nowhere"));
}

TEST(MedianTest, IsTheMiddleValueOrTheMeanOfTheMiddleTwo) {
  EXPECT_DOUBLE_EQ(Median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(Median({4, 1, 2, 3}), 2.5);
}

TEST(BenchReportTest, WritesTheSameFiguresAsJsonAndAsATable) {
  BenchResult result;
  result.options = NanoOptions();
  result.device = "cuda:0";
  result.roofline = {.flops_per_second = 2e12, .bytes_per_second = 1e12};
  PartResult part;
  part.part = BenchPart::kVaeDecode;
  part.wall_seconds = {3.0, 1.0, 2.0};
  part.cpu_seconds = {4.0, 4.0, 4.0};
  part.flops = 1e12;
  part.roofline_seconds = 0.5;
  part.peak_device_bytes = int64_t{7} << 20;
  result.parts = {part};

  const nlohmann::json json = nlohmann::json::parse(BenchJson(result));
  EXPECT_EQ(json["device"], "cuda:0");
  EXPECT_EQ(json["parts"][0]["part"], "vae-decode");
  EXPECT_EQ(json["parts"][0]["median_wall_seconds"], 2.0);
  EXPECT_EQ(json["parts"][0]["roofline_ratio"], 4.0);
  EXPECT_EQ(json["parts"][0]["peak_device_bytes"], 7 << 20);
  EXPECT_THAT(BenchTable(result),
              HasSubstr("| vae-decode | 2 | 4 | 1000 | 0 | 0 | 500 | 0.5 | "
                        "4.00 | 7 |"));
}

TEST(BenchOptionsTest, PartsHaveNames) {
  for (const BenchPart part : AllBenchParts()) {
    const absl::StatusOr<BenchPart> parsed =
        ParseBenchPart(BenchPartName(part));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, part);
  }
  EXPECT_THAT(std::string(ParseBenchPart("nothing").status().message()),
              HasSubstr("vae-decode"));
}

}  // namespace
}  // namespace animate
