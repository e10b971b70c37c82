#ifndef ANIMATE_ENGINE_NN_TAPS_H_
#define ANIMATE_ENGINE_NN_TAPS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace animate {

// Records what named submodules return, to compare one layer at a time with
// another implementation. Names are checkpoint paths ("conv_in",
// "down_blocks.0.resnets.1", "mid_block", "decoder.up_blocks.2"). Like a
// forward hook of PyTorch it sees the value the module itself returns: conv_in
// before the pose features are added, conv_norm_out before its activation.
//
// Layout: what our modules pass on. Video networks keep the frames folded into
// the rows, [B*F, C, H, W] with row = b*F + f; time_embedding is [B, D].
//
// Every Forward takes a `Taps*` that may be null, the normal case. When a path
// returns more than once (two passes with one Taps) the first value stays.
// Not thread-safe.
class Taps {
 public:
  // Records the modules at `wanted` only.
  explicit Taps(std::set<std::string> wanted);

  void Record(const std::string& path, const at::Tensor& output);

  const std::map<std::string, at::Tensor>& outputs() const { return outputs_; }

  // The wanted paths that nothing has recorded: misspelt, or absent from this
  // network.
  std::vector<std::string> Missing() const;

 private:
  std::set<std::string> wanted_;
  std::map<std::string, at::Tensor> outputs_;
};

// Records `output` where there is somebody to record it, and returns it.
inline const at::Tensor& Tap(Taps* taps, const std::string& path,
                             const at::Tensor& output) {
  if (taps != nullptr) taps->Record(path, output);
  return output;
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_NN_TAPS_H_
