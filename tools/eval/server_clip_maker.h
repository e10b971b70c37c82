#ifndef ANIMATE_TOOLS_EVAL_SERVER_CLIP_MAKER_H_
#define ANIMATE_TOOLS_EVAL_SERVER_CLIP_MAKER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/animation_client.h"
#include "tools/eval/clip_maker.h"

namespace animate {

// A running server, asked over the network for lossless frames.
class ServerClipMaker : public ClipMaker {
 public:
  // Asks the server at `address`, "host:port", what it runs. UNAVAILABLE when
  // nobody answers, FAILED_PRECONDITION when it has no model.
  static absl::StatusOr<std::unique_ptr<ServerClipMaker>> Connect(
      const std::string& address);

  const MakerInfo& info() const override { return info_; }

  // Errors are the server's.
  absl::StatusOr<std::vector<RgbImage>> Make(
      const ClipRequest& request) override;

 private:
  explicit ServerClipMaker(const std::string& address) : client_(address) {}

  AnimationClient client_;
  MakerInfo info_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_SERVER_CLIP_MAKER_H_
