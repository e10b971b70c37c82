#include <gmock/gmock.h>

#include <string>

#include "tools/model/verify.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

VerifyReport FittingReport() {
  VerifyReport report = {.path = "folder", .config = "nano"};
  report.networks.push_back({.network = "pose guider",
                             .file = "pose_guider.pth",
                             .keys = 16,
                             .parameters = 9708,
                             .dtypes = {{"F16", 16}}});
  return report;
}

TEST(VerifyTextTest, AFittingModelHasALinePerNetwork) {
  EXPECT_THAT(VerifyText(FittingReport()),
              AllOf(HasSubstr("folder against nano"),
                    HasSubstr("pose guider        16 keys"),
                    HasSubstr("F16            ok"),
                    HasSubstr("every key, shape and type")));
}

TEST(VerifyTextTest, DifferencesAreListedByKindUpToALimit) {
  VerifyReport report = FittingReport();
  NetworkVerdict& network = report.networks[0];
  network.dtypes = {{"F16", 15}, {"F32", 1}};
  network.differences.missing = {{"a", {1}}, {"b", {2, 3}}, {"c", {4}}};
  network.differences.misshapen = {{"d", {1}, {2}}};
  network.differences.unexpected = {{"e", {5}}};
  network.wrong_dtype = {"f: is I8, expected F16"};
  network.not_finite = {"g: 1 of 2 values"};
  report.disagreements = {"left is 1, right is 2"};
  EXPECT_THAT(
      VerifyText(report, 2),
      AllOf(HasSubstr("F16 15, F32 1"), HasSubstr("WRONG"),
            HasSubstr("3 missing:\n    a [1]\n    b [2, 3]\n    and 1 more"),
            HasSubstr("d: is [1], expected [2]"),
            HasSubstr("1 unexpected:\n    e [5]"),
            HasSubstr("1 of another type:\n    f: is I8"),
            HasSubstr("1 with infinities or NaN:\n    g: 1"),
            HasSubstr("do not fit together: left is 1, right is 2"),
            HasSubstr("the model does not fit")));
  EXPECT_THAT(VerifyText(report, 3), Not(HasSubstr("more")));
}

TEST(VerifyTextTest, AnUnreadableFileSaysWhy) {
  VerifyReport report = FittingReport();
  report.networks[0].status = absl::NotFoundError("pose_guider.pth: gone");
  EXPECT_THAT(VerifyText(report), HasSubstr("  pose_guider.pth: gone\n"));
}

}  // namespace
}  // namespace animate
