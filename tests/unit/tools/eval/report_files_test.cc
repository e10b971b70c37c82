#include "tools/eval/report_files.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(ReportFilesTest, WritesWhatIsWanted) {
  const TemporaryFolder folder;
  const ReportFiles files{.json = folder / "r.json",
                          .markdown = folder / "r.md",
                          .sheet = folder / "r.png"};
  ASSERT_TRUE(CheckReportFiles(files).ok());
  const Report report{.json = {{"psnr", 20.5}},
                      .markdown = "# Report\n",
                      .sheet = Grey(4, 4, 7)};
  ASSERT_TRUE(WriteReport(report, files).ok());
  EXPECT_EQ(nlohmann::json::parse(folder.Read("r.json"))["psnr"], 20.5);
  EXPECT_EQ(folder.Read("r.md"), "# Report\n");
  EXPECT_EQ(DecodeImage(folder.Read("r.png"))->width, 4);
  EXPECT_TRUE(WriteReport(report, {}).ok());
}

TEST(ReportFilesTest, AFolderThatIsNotThereIsNamedBeforeTheWork) {
  const TemporaryFolder folder;
  const absl::Status status =
      CheckReportFiles({.markdown = folder / "none/r.md"});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("none/r.md"));
}

TEST(ReportFilesTest, NumbersThatAreNotFiniteAreAnErrorThatSaysWhere) {
  const TemporaryFolder folder;
  Report report;
  report.json["rows"] = {{{"psnr", 1.0}},
                         {{"psnr", std::numeric_limits<double>::quiet_NaN()}}};
  const absl::Status status = WriteReport(report, {.json = folder / "r.json"});
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status.message(), HasSubstr("report/rows/1/psnr"));
  EXPECT_FALSE(folder.Has("r.json"));
}

}  // namespace
}  // namespace animate
