#ifndef ANIMATE_TESTS_SUPPORT_JOB_SPECS_H_
#define ANIMATE_TESTS_SUPPORT_JOB_SPECS_H_

#include "engine/animation/animation_spec.h"
#include "server/queue/job.h"

namespace animate {

// The size of a job in tests of everything around the engine.
struct SmallJob {
  int width = 64;
  int height = 64;
  int num_frames = 2;
  int steps = 2;
  double guidance_scale = 1.0;
};

inline AnimationSpec SmallAnimationSpec(const SmallJob& job = {}) {
  AnimationParameters parameters;
  parameters.width = job.width;
  parameters.height = job.height;
  parameters.num_frames = job.num_frames;
  parameters.num_inference_steps = job.steps;
  parameters.guidance_scale = job.guidance_scale;
  return *AnimationSpec::Create(parameters, Limits());
}

inline JobSpec SmallJobSpec(const SmallJob& job = {}) {
  return JobSpec{.animation = SmallAnimationSpec(job)};
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_JOB_SPECS_H_
