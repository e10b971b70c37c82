#ifndef ANIMATE_ENGINE_MEDIA_MEMORY_DEMUXER_H_
#define ANIMATE_ENGINE_MEDIA_MEMORY_DEMUXER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/media/ffmpeg.h"

namespace animate {

// Reads the packets of a clip's first video track from memory, with everything
// switched off through which a clip could name a file, an address or an
// unusual decoder. Not thread-safe.
class MemoryDemuxer {
 public:
  // Opens `bytes`, which must outlive the demuxer. Streams of more than
  // `max_pixels` per frame are refused before anything is decoded.
  static absl::StatusOr<std::unique_ptr<MemoryDemuxer>> Open(
      absl::string_view bytes, int64_t max_pixels);

  MemoryDemuxer(const MemoryDemuxer&) = delete;
  MemoryDemuxer& operator=(const MemoryDemuxer&) = delete;
  ~MemoryDemuxer();

  const AVStream& stream() const { return *context_->streams[stream_index_]; }

  // The decoder that FFmpeg would take for the stream; never null.
  const AVCodec& decoder() const { return *decoder_; }

  // Average frames per second; 0 when the clip does not say.
  double fps() const;

  // Reads the next packet of the stream into `packet`. Returns false at the
  // end, an error when the clip is damaged.
  absl::StatusOr<bool> ReadPacket(AVPacket& packet);

 private:
  explicit MemoryDemuxer(absl::string_view bytes) : bytes_(bytes) {}

  absl::Status OpenContext();
  absl::Status FindStream(int64_t max_pixels);
  absl::Status ProbeStream(int64_t max_pixels);

  static int Read(void* self, uint8_t* buffer, int size);
  static int64_t Seek(void* self, int64_t offset, int whence);

  const absl::string_view bytes_;
  int64_t position_ = 0;
  AVIOContext* io_ = nullptr;
  AVFormatContext* context_ = nullptr;
  int stream_index_ = -1;
  const AVCodec* decoder_ = nullptr;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_MEMORY_DEMUXER_H_
