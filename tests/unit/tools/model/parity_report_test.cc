#include "tools/model/parity_report.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

namespace animate {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr Tolerance kWide = {.max_abs = 10.0, .rms_diff_over_rms = 10.0};

TEST(CompareTensorsTest, MeasuresBothDifferences) {
  const ParityRow row =
      CompareTensors("a/b", at::tensor({3.0f, 4.5f}), at::tensor({3.0f, 4.0f}),
                     {.max_abs = 0.5, .rms_diff_over_rms = 0.1});
  EXPECT_EQ(row.name, "a/b");
  EXPECT_EQ(row.outcome, ParityOutcome::kPass);
  EXPECT_DOUBLE_EQ(row.max_abs, 0.5);
  EXPECT_DOUBLE_EQ(row.rms_diff_over_rms, 0.1);
}

TEST(CompareTensorsTest, BothTolerancesMustHold) {
  const at::Tensor got = at::tensor({3.0f, 4.5f});
  const at::Tensor want = at::tensor({3.0f, 4.0f});
  EXPECT_EQ(CompareTensors("x", got, want, {0.49, 1.0}).outcome,
            ParityOutcome::kFail);
  EXPECT_EQ(CompareTensors("x", got, want, {1.0, 0.099}).outcome,
            ParityOutcome::kFail);
}

TEST(CompareTensorsTest, ZeroToleranceDemandsEquality) {
  const at::Tensor want = at::ones({2}, at::kByte);
  EXPECT_EQ(CompareTensors("x", want, want, {0.0, 0.0}).outcome,
            ParityOutcome::kPass);
  EXPECT_EQ(CompareTensors("x", at::full({2}, 2, at::kByte), want, {0.0, 0.0})
                .outcome,
            ParityOutcome::kFail);
}

TEST(CompareTensorsTest, AnotherShapeFails) {
  const ParityRow row =
      CompareTensors("x", at::ones({1, 2}), at::ones({2}), kWide);
  EXPECT_EQ(row.outcome, ParityOutcome::kFail);
  EXPECT_EQ(row.note, "shape is [1, 2], want [2]");
}

TEST(CompareTensorsTest, ValuesThatAreNotFiniteFail) {
  for (const float value : {NAN, INFINITY}) {
    const ParityRow row =
        CompareTensors("x", at::full({2}, value), at::ones({2}), kWide);
    EXPECT_EQ(row.outcome, ParityOutcome::kFail);
    EXPECT_THAT(row.note, HasSubstr("not finite"));
  }
}

TEST(CompareTensorsTest, AnEmptyTensorProvesNothing) {
  EXPECT_EQ(CompareTensors("x", at::ones({0}), at::ones({0}), kWide).outcome,
            ParityOutcome::kFail);
}

ParityReport ThreeRows() {
  ParityReport report;
  report.rows.push_back(
      CompareTensors("net/good", at::ones({2}), at::ones({2}), kWide));
  report.rows.push_back(
      CompareTensors("net/bad", at::full({2}, 99.0), at::ones({2}), kWide));
  ParityRow skipped;
  skipped.name = "net/absent";
  skipped.outcome = ParityOutcome::kSkip;
  skipped.note = "no photo";
  report.rows.push_back(skipped);
  return report;
}

TEST(ParityReportTest, IsOkWithPassesAndWithoutFailures) {
  ParityReport report = ThreeRows();
  EXPECT_FALSE(report.ok());
  report.rows.erase(report.rows.begin() + 1);
  EXPECT_TRUE(report.ok());
  report.rows.erase(report.rows.begin());
  EXPECT_FALSE(report.ok()) << "nothing was compared";
}

TEST(ParityReportTest, TableHasALinePerRowAndASummary) {
  std::ostringstream out;
  PrintTable(ThreeRows(), out);
  EXPECT_THAT(out.str(), ContainsRegex("net/good .* pass\n"));
  EXPECT_THAT(out.str(), ContainsRegex("net/bad .*9.80e.01.* FAIL\n"));
  EXPECT_THAT(out.str(), ContainsRegex("net/absent .* SKIP  .no photo.\n"));
  EXPECT_THAT(out.str(),
              HasSubstr("parity: 1 of 3 rows pass, 1 fail, 1 skipped\n"));
}

TEST(ParityReportTest, JsonHoldsTheSame) {
  std::ostringstream out;
  PrintJson(ThreeRows(), out);
  const nlohmann::json json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["passed"], 1);
  EXPECT_EQ(json["failed"], 1);
  EXPECT_EQ(json["skipped"], 1);
  EXPECT_EQ(json["rows"][1]["name"], "net/bad");
  EXPECT_EQ(json["rows"][1]["result"], "FAIL");
  EXPECT_EQ(json["rows"][1]["max_abs"], 98.0);
  EXPECT_EQ(json["rows"][2]["note"], "no photo");
  EXPECT_FALSE(json["rows"][2].contains("max_abs"));
}

}  // namespace
}  // namespace animate
