#include "engine/pose/body_ratios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

BodyMeasure Measure(const PlanarBody& body) {
  return MeasurePose(PlacePlanar(body, {}, {.x = 500, .ground = 900}),
                     kMinKeypointConfidence);
}

TEST(ClassRatiosTest, EveryClassHasItsOwn) {
  const BodyRatios ratios =
      ClassRatios(Measure(TallBody()), Measure(ChibiBody()), NoClamps());
  const PlanarBody from = TallBody();
  const PlanarBody to = ChibiBody();
  EXPECT_NEAR(ratios.by_name.at("torso"), to.torso / from.torso, 1e-9);
  EXPECT_NEAR(ratios.by_name.at("forearm"), to.forearm / from.forearm, 1e-9);
  EXPECT_NEAR(ratios.by_name.at("head"), to.head / from.head, 1e-9);
  EXPECT_NEAR(ratios.by_name.at("hand"), to.hand / from.hand, 1e-9);
  EXPECT_NEAR(ratios.by_name.at("foot"), to.foot / from.foot, 1e-9);
  EXPECT_NEAR(ratios.leg, to.leg() / from.leg(), 1e-9);
  EXPECT_THAT(ratios.clamped, IsEmpty());
  EXPECT_EQ(ratios.by_name.size(), kNumBoneClasses + 3);
}

TEST(ClassRatiosTest, TheScaleIsTheTorsosUnlessMostOthersDisagree) {
  PlanarBody body = TallBody();
  body.forearm *= 5;
  body.neck *= 0.1;
  EXPECT_NEAR(ClassRatios(Measure(TallBody()), Measure(body), NoClamps()).scale,
              1.0, 1e-9);
}

TEST(ClassRatiosTest, OutrageousRatiosAreClampedAndNamed) {
  PlanarBody body = TallBody();
  body.forearm *= 5;
  const BodyRatios ratios = ClassRatios(Measure(TallBody()), Measure(body), {});
  EXPECT_NEAR(ratios.by_name.at("forearm"), 2.0, 1e-9);
  EXPECT_THAT(ratios.clamped, ElementsAre("forearm"));
}

TEST(ClassRatiosTest, MissingClassesBorrowFromTheirLimb) {
  BodyMeasure reference = Measure(ChibiBody());
  reference.length[kForearm] = std::nullopt;
  reference.length[kNeckToNose] = std::nullopt;
  reference.part[kHandSize] = std::nullopt;
  const BodyRatios ratios =
      ClassRatios(Measure(TallBody()), reference, NoClamps());
  EXPECT_EQ(ratios.by_name.at("forearm"), ratios.by_name.at("upper_arm"));
  EXPECT_EQ(ratios.by_name.at("neck"), ratios.scale);
  EXPECT_EQ(ratios.by_name.at("hand"), ratios.by_name.at("forearm"));
}

TEST(ClassRatiosTest, WidthsOfAProfileAreNotUsed) {
  PlanarBody body = TallBody();
  body.shoulder *= 0.2;
  body.pelvis *= 0.2;
  const BodyRatios ratios = ClassRatios(Measure(TallBody()), Measure(body), {});
  EXPECT_NEAR(ratios.by_name.at("shoulder"), 1.0, 1e-9);
  EXPECT_THAT(ratios.warnings, Contains(HasSubstr("from the side")));
}

TEST(ClassRatiosTest, UnequalSidesOfTheReferenceAreReported) {
  PersonPose person = PlacePlanar(TallBody(), {}, {.x = 500, .ground = 900});
  person.body[kLeftWrist] = person.body[kLeftElbow];
  person.body[kLeftWrist].y += 20;
  const BodyRatios ratios = ClassRatios(
      Measure(TallBody()), MeasurePose(person, kMinKeypointConfidence), {});
  EXPECT_THAT(ratios.warnings, ElementsAre(HasSubstr("forearm")));
}

TEST(ClassRatiosTest, NothingInCommonIsOne) {
  const BodyRatios ratios = ClassRatios({}, {}, {});
  EXPECT_EQ(ratios.scale, 1.0);
  EXPECT_EQ(ratios.leg, 1.0);
  for (const double ratio : ratios.bone) EXPECT_EQ(ratio, 1.0);
}

TEST(BoneRatiosTest, SidesDiffer) {
  BodyMeasure reference = Measure(TallBody());
  constexpr size_t kRightForearm = 7;
  ASSERT_EQ(kBones[kRightForearm].child, kRightWrist);
  *reference.bone[kRightForearm] *= 4;
  reference.bone[kRightForearm - 2] = std::nullopt;
  const BodyRatios ratios = BoneRatios(Measure(TallBody()), reference);
  EXPECT_NEAR(ratios.bone[kRightForearm], 4.0, 1e-9);
  EXPECT_NEAR(ratios.bone[kRightForearm + 1], 1.0, 1e-9);
  // The other side's.
  EXPECT_NEAR(ratios.bone[kRightForearm - 2], 1.0, 1e-9);
}

}  // namespace
}  // namespace animate
