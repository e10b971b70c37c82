#ifndef ANIMATE_TESTS_BENCHMARK_WORK_MODEL_H_
#define ANIMATE_TESTS_BENCHMARK_WORK_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/model/model_config.h"

// How much arithmetic and memory traffic a job needs, counted operator by
// operator from the shapes of the networks. A multiply-accumulate is two FLOP;
// convolutions, linear maps and attention count, the rest (norms, activations,
// softmax, sums) is below two per cent and only moves bytes.
namespace animate {

// One operator, or several alike.
struct Work {
  std::string group;  // "resnet conv3x3", "attn1 scores", "norm", …
  double flops = 0;
  // Operands read once and the result written once: the least a machine that
  // keeps nothing between operators has to move.
  double bytes = 0;
};

using WorkList = std::vector<Work>;

double TotalFlops(const WorkList& work);
double TotalFlops(const WorkList& work, absl::string_view group);
double TotalBytes(const WorkList& work);

// What a machine can do at best.
struct Roofline {
  double flops_per_second = 0;
  double bytes_per_second = 0;
};

// The seconds `work` takes at least, if every operator is limited by either
// arithmetic or memory and nothing is kept between operators.
double RooflineSeconds(const WorkList& work, const Roofline& roofline);

// What the count depends on.
struct WorkNetworks {
  UnetConfig unet;
  MotionConfig motion;
  VaeConfig vae;
  ClipVisionConfig clip;
  std::vector<int64_t> pose_guider_channels = {16, 32, 96, 256};
};

// Equal results with less work. See docs/models.md.
struct WorkShortcuts {
  // Constant cross-attention, reference keys and values once per job, no
  // reference attention for the unconditional row, ReferenceNet of one row that
  // ends at the last features.
  bool core = false;
  // Both rows of guidance are one until the first of them reads the reference.
  bool shared_front = false;
  // Nearest enlargement and 3x3 convolution as four 2x2 convolutions.
  bool subpixel_upsampling = false;

  // What the Python reference executes.
  static constexpr WorkShortcuts Reference() { return {}; }
  static constexpr WorkShortcuts All() { return {true, true, true}; }
};

struct WorkShape {
  int64_t width = 512;       // pixels
  int64_t height = 512;      // pixels
  int64_t frames = 24;       // of one window
  bool guided = true;        // an unconditional row beside the conditional one
  int64_t element_size = 4;  // bytes of a value of the networks' type
};

// One call of the denoising UNet for one window.
WorkList DenoisingWork(const WorkNetworks& networks, const WorkShape& shape,
                       const WorkShortcuts& shortcuts);

// The pass of the ReferenceNet; with `core`, the projection of its features to
// keys and values, which the reference repeats in every step instead, is the
// group "reference keys".
WorkList ReferenceWork(const WorkNetworks& networks, const WorkShape& shape,
                       const WorkShortcuts& shortcuts);

// One picture of shape.width x shape.height each; shape.frames is not read.
WorkList PoseGuiderWork(const WorkNetworks& networks, const WorkShape& shape);
WorkList VaeEncodeWork(const WorkNetworks& networks, const WorkShape& shape);
WorkList VaeDecodeWork(const WorkNetworks& networks, const WorkShape& shape,
                       const WorkShortcuts& shortcuts);
WorkList ClipWork(const WorkNetworks& networks, const WorkShape& shape);

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_WORK_MODEL_H_
