#include "server/worker/job_fingerprint.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_animator.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

TEST(JobFingerprintTest, HasWhateverReachesThePictures) {
  AnimationInput input = {SmallAnimationSpec(), RgbImage(4, 4), {}};
  input.poses.emplace_back(4, 4);
  const ModelInfo model = FakeAnimator::DefaultInfo();
  const std::string usual = JobFingerprint("1", model, input);
  EXPECT_EQ(JobFingerprint("1", model, input), usual);
  EXPECT_NE(JobFingerprint("2", model, input), usual);
  for (std::string ModelInfo::*field :
       {&ModelInfo::digest, &ModelInfo::device, &ModelInfo::dtype,
        &ModelInfo::fingerprint}) {
    ModelInfo other = model;
    (other.*field) += "x";
    EXPECT_NE(JobFingerprint("1", other, input), usual);
  }
  AnimationInput other = input;
  other.reference.pixels[7] ^= 1;
  EXPECT_NE(JobFingerprint("1", model, other), usual);
  other = input;
  other.poses[0].pixels[7] ^= 1;
  EXPECT_NE(JobFingerprint("1", model, other), usual);
}

}  // namespace
}  // namespace animate
