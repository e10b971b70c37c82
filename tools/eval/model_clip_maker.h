#ifndef ANIMATE_TOOLS_EVAL_MODEL_CLIP_MAKER_H_
#define ANIMATE_TOOLS_EVAL_MODEL_CLIP_MAKER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/model_bundle.h"
#include "tools/eval/clip_maker.h"

namespace animate {

struct ModelClipMakerOptions {
  std::string model_dir;
  std::string device = "auto";  // as AnimatorConfig
  std::string dtype = "auto";   // as AnimatorConfig
  bool temporal_layers = true;  // as ModelOptions
};

// A model folder, run by the pipeline that the server runs.
class ModelClipMaker : public ClipMaker {
 public:
  // Errors as LoadAnimator.
  static absl::StatusOr<std::unique_ptr<ModelClipMaker>> Load(
      const ModelClipMakerOptions& options);

  const MakerInfo& info() const override { return info_; }

  absl::StatusOr<std::vector<RgbImage>> Make(
      const ClipRequest& request) override;

  // What the model's VAE makes of pictures: the best that any denoiser could
  // come to. REQUIRES: sides are multiples of the model's.
  absl::StatusOr<std::vector<RgbImage>> Reconstruct(
      absl::Span<const RgbImage> pictures) const;

 private:
  explicit ModelClipMaker(ModelBundle models);

  const ModelBundle models_;
  const MakerInfo info_;
  AnimationPipeline pipeline_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_MODEL_CLIP_MAKER_H_
