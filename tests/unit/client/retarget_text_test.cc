#include "client/retarget_text.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(RetargetTextTest, IsABlockForPeople) {
  v1::RetargetReport report;
  report.set_mode(v1::RetargetOptions::MODE_SEQUENCE);
  report.set_global_scale(0.5f);
  report.set_root("mid_hip");
  report.set_anchor_frame(3);
  report.set_ground_locked(true);
  report.set_reference_detected(true);
  (*report.mutable_ratio())["head"] = 1.25f;
  (*report.mutable_ratio())["forearm"] = 0.5f;
  report.add_clamped("head");
  report.set_outside(0.25f);
  report.add_warnings("the reference is seen from the side");
  EXPECT_EQ(RetargetText(report),
            "motion fitted: sequence, scale 0.50 about mid_hip, anchor frame "
            "3, feet kept on the ground\n"
            "  reference  found in its picture\n"
            "  ratios     forearm 0.50, head 1.25 (clamped)\n"
            "  outside    25 % of the joints\n"
            "  note       the reference is seen from the side");
}

TEST(RetargetTextTest, SaysWhenNothingWasFitted) {
  v1::RetargetReport report;
  report.set_mode(v1::RetargetOptions::MODE_NONE);
  report.add_warnings("nobody was found");
  EXPECT_EQ(RetargetText(report),
            "motion not fitted: used as it is\n"
            "  note       nobody was found");
}

}  // namespace
}  // namespace animate
