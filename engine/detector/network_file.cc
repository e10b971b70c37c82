#include "engine/detector/network_file.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <zlib.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/sha256.h"
#include "engine/detector/pose_detector.h"

namespace animate {
namespace {

// Returns the `size` bytes that `packed` holds in gzip's format; nullopt when
// they are fewer, more or none.
std::optional<std::string> Inflate(absl::string_view packed, size_t size) {
  constexpr int kGzip = 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzip + MAX_WBITS) != Z_OK) return std::nullopt;
  const absl::Cleanup end = [&stream] { inflateEnd(&stream); };
  std::string bytes(size, '\0');
  // zlib's interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(size);
  if (inflate(&stream, Z_FINISH) != Z_STREAM_END || stream.total_out != size) {
    return std::nullopt;
  }
  return bytes;
}

absl::Status DetectorError(absl::string_view message, const char* reason) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = reason});
}

}  // namespace

absl::Status DetectorMissing(absl::string_view message) {
  return DetectorError(message, kPoseDetectorMissing);
}

absl::Status DetectorDamaged(absl::string_view message) {
  return DetectorError(message, kPoseDetectorDamaged);
}

absl::StatusOr<std::string> ReadNetworkFile(const std::string& folder,
                                            const NetworkFile& file) {
  const std::string path = absl::StrCat(folder, "/", file.name, ".onnx.gz");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return DetectorMissing(absl::StrCat(
        path,
        " cannot be read: give the folder of the detector's networks, "
        "models/detector of this repository, with --pose-detector-dir "
        "or ANIMATE_POSE_DETECTOR_DIR"));
  }
  // Packed files are smaller than what is in them; more is not worth reading.
  std::string packed(file.size + 1, '\0');
  stream.read(packed.data(), static_cast<std::streamsize>(packed.size()));
  packed.resize(static_cast<size_t>(stream.gcount()));
  std::optional<std::string> bytes = Inflate(packed, file.size);
  if (!bytes || Sha256(*bytes) != file.sha256) {
    return DetectorDamaged(absl::StrCat(
        path,
        " is not the file that belongs there (SHA-256 of its content "
        "should be ",
        file.sha256, "): copy it again"));
  }
  return *std::move(bytes);
}

}  // namespace animate
