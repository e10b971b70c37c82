#ifndef ANIMATE_ENGINE_MEDIA_VIDEO_DECODER_H_
#define ANIMATE_ENGINE_MEDIA_VIDEO_DECODER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/image.h"

namespace animate {

struct VideoDecodeOptions {
  // Decoding stops after this many frames, > 0.
  int max_frames = Limits().max_frames;
  // Largest width * height of a frame.
  int64_t max_pixels = Limits().max_input_pixels;
  // Threads of the decoder, > 0; more than one adds as many frames of memory.
  int threads = 1;
  // When not empty, ascending: the sink gets these frames only, the others are
  // not converted, and decoding stops behind the last one. Those that the clip
  // does not have are missing.
  std::vector<int> wanted;
  // How errors name the input: the request field and the API's reason.
  std::string field = "poses";
  std::string reason = "BAD_POSE_VIDEO";
};

struct VideoInfo {
  int width = 0;       // pixels
  int height = 0;      // pixels
  double fps = 0.0;    // average frames per second; 0 when unknown
  int num_frames = 0;  // frames delivered
  bool more = false;   // max_frames ended the decoding, not the clip
  std::string codec;   // FFmpeg's name of the decoder: "h264"
};

// Takes frame `index` (0-based, ascending). An error ends the decoding and is
// returned by DecodeVideo: the place to poll a CancellationToken.
using FrameSink = absl::FunctionRef<absl::Status(int index, RgbImage frame)>;

// Decodes the first video track of a clip held in memory, frame by frame in the
// order in which they are shown, to RGB as PyAV's to_ndarray("rgb24") does.
// Colours follow the matrix and range the clip declares; without declaration
// BT.601, limited range, as in the reference. Rotation tags and pixel aspect
// are ignored.
//
// Accepts MP4/MOV, Matroska/WebM, AVI and GIF with the usual codecs. Nothing in
// the clip can make it open a file or an address. Returns INVALID_ARGUMENT with
// options.reason when the bytes are something else, truncated, damaged, without
// a frame, or larger than the limits. All frames have the size of the first.
// Thread-safe.
absl::StatusOr<VideoInfo> DecodeVideo(absl::string_view bytes,
                                      const VideoDecodeOptions& options,
                                      FrameSink sink);

// Reads what a clip says about itself, without decoding it: num_frames is the
// number of coded frames, of any size of clip. Errors as DecodeVideo, but
// damage within frames is not noticed. Thread-safe.
absl::StatusOr<VideoInfo> ProbeVideo(absl::string_view bytes,
                                     const VideoDecodeOptions& options = {});

// As DecodeVideo, keeping all frames in memory; for clips of known size.
struct DecodedVideo {
  VideoInfo info;
  std::vector<RgbImage> frames;
};
absl::StatusOr<DecodedVideo> DecodeVideo(
    absl::string_view bytes, const VideoDecodeOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_VIDEO_DECODER_H_
