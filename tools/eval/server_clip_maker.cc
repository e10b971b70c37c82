#include "tools/eval/server_clip_maker.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"

namespace animate {
namespace {

MakerInfo InfoOfMessage(const v1::ModelInfo& model) {
  return {.name = model.name(),
          .digest = model.digest(),
          .device = model.device(),
          .dtype = model.dtype(),
          .width = static_cast<int>(model.width()),
          .height = static_cast<int>(model.height()),
          .steps = static_cast<int>(model.steps()),
          .guidance = static_cast<double>(model.guidance_scale()),
          .noise_mode = model.noise_mode() == v1::NOISE_MODE_SHARED
                            ? NoiseMode::kShared
                            : NoiseMode::kPerFrame};
}

v1::JobSpec SpecMessage(const ClipRequest& request) {
  v1::JobSpec spec;
  spec.set_width(static_cast<uint32_t>(request.poses.front().width));
  spec.set_height(static_cast<uint32_t>(request.poses.front().height));
  spec.set_frame_count(static_cast<uint32_t>(request.poses.size()));
  spec.set_seed(request.seed);
  spec.set_output_format(v1::OUTPUT_FORMAT_PNG);
  const Sampling& sampling = request.sampling;
  if (sampling.steps.has_value()) {
    spec.set_steps(static_cast<uint32_t>(*sampling.steps));
  }
  if (sampling.guidance.has_value()) {
    spec.set_guidance_scale(static_cast<float>(*sampling.guidance));
  }
  if (sampling.noise_mode.has_value()) {
    spec.mutable_sampler()->set_noise_mode(
        *sampling.noise_mode == NoiseMode::kShared ? v1::NOISE_MODE_SHARED
                                                   : v1::NOISE_MODE_PER_FRAME);
  }
  return spec;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerClipMaker>> ServerClipMaker::Connect(
    const std::string& address) {
  // The constructor is private.
  std::unique_ptr<ServerClipMaker> maker(new ServerClipMaker(address));
  ANIMATE_ASSIGN_OR_RETURN(const v1::GetServerInfoResponse info,
                           maker->client_.GetServerInfo());
  if (info.models().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(address, ": the server has no model"));
  }
  maker->info_ = InfoOfMessage(info.models(0));
  return maker;
}

absl::StatusOr<std::vector<RgbImage>> ServerClipMaker::Make(
    const ClipRequest& request) {
  if (request.poses.empty()) return absl::InvalidArgumentError("no poses");
  AnimationRequest message;
  message.spec = SpecMessage(request);
  message.pose_kind = v1::POSE_KIND_IMAGES;
  ANIMATE_ASSIGN_OR_RETURN(message.reference, EncodeImage(request.reference));
  for (const RgbImage& pose : request.poses) {
    ANIMATE_ASSIGN_OR_RETURN(std::string png, EncodeImage(pose));
    message.poses.push_back(std::move(png));
  }
  std::vector<RgbImage> frames;
  const absl::StatusOr<v1::Job> job = client_.Animate(
      message,
      {.on_frame = [&frames](const ReceivedFrame& frame) -> absl::Status {
         ANIMATE_ASSIGN_OR_RETURN(
             RgbImage image, DecodeImage(frame.data, {.field = "frame",
                                                      .reason = "BAD_FRAME"}));
         frames.push_back(std::move(image));
         return absl::OkStatus();
       },
       .on_reset = [&frames](const v1::Reset&) { frames.clear(); }});
  if (!job.ok()) return job.status();
  return frames;
}

}  // namespace animate
