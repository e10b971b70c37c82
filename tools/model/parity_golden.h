#ifndef ANIMATE_TOOLS_MODEL_PARITY_GOLDEN_H_
#define ANIMATE_TOOLS_MODEL_PARITY_GOLDEN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/animation/image.h"
#include "engine/tensor/parameters.h"
#include "tools/model/parity_report.h"

namespace animate {

// How a recorded pipeline was run.
struct PipelineRun {
  int num_frames = 0;
  int num_inference_steps = 0;
  double guidance_scale = 3.5;
  std::string beta_schedule;  // "linear", "scaled_linear"; empty: the model's
  int width = 0;              // pixels
  int height = 0;             // pixels
  int context_frames = 8;
  int context_overlap = 2;
  int context_stride = 1;
};

// A folder of recorded results: goldens/*.safetensors, goldens/index.json that
// describes every tensor, inputs/ with ref.png and pose_*.png.
class GoldenData {
 public:
  // NOT_FOUND or FAILED_PRECONDITION when index.json or the inputs are missing
  // or damaged. The tensor files are not opened yet.
  static absl::StatusOr<GoldenData> Open(const std::string& path);

  GoldenData(GoldenData&&) noexcept;
  GoldenData& operator=(GoldenData&&) noexcept;
  ~GoldenData();

  // Names, without ".safetensors", of the files that the index lists or the
  // folder holds, in the order of the index.
  const std::vector<std::string>& files() const { return files_; }

  // Whether the index describes the file.
  bool Describes(const std::string& file) const;

  // Names of the tensors that the index lists for `file`.
  std::vector<std::string> TensorNames(const std::string& file) const;

  absl::StatusOr<StateDict> Load(const std::string& file) const;

  // The tolerance the index gives for a tensor. Unset where it gives none.
  std::optional<Tolerance> FindTolerance(const std::string& file,
                                         const std::string& tensor) const;

  // How pipeline `file` was run: from "pipelines" of the index where it says
  // so, else from the shapes of `tensors` and from the name: guidance 1 for
  // "no_guidance", else 3.5; "scaled_linear" as it says; windows of 8 frames
  // that overlap by 2. `vae_factor`: pixels per latent cell.
  absl::StatusOr<PipelineRun> DescribeRun(const std::string& file,
                                          const StateDict& tensors,
                                          int vae_factor) const;

  const RgbImage& reference() const { return reference_; }
  const std::vector<RgbImage>& poses() const { return poses_; }

  // ../../real/anyone-2.png, which "full.*" of preprocess was made from; empty
  // when it is not there.
  const RgbImage& full_reference() const { return full_reference_; }

 private:
  struct Index;
  GoldenData();

  std::string path_;
  std::unique_ptr<Index> index_;
  std::vector<std::string> files_;
  RgbImage reference_;
  RgbImage full_reference_;
  std::vector<RgbImage> poses_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_PARITY_GOLDEN_H_
