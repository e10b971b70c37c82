#include "engine/media/image_header.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/media/byte_reader.h"

namespace animate {
namespace {

constexpr absl::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
constexpr absl::string_view kJpegSignature("\xFF\xD8\xFF", 3);

// Progressive files have about ten scans; each costs a pass over the picture,
// so a small file with thousands of them would hold a worker for minutes.
constexpr int kMaxJpegScans = 64;

absl::Status Invalid(absl::string_view message) {
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<ImageHeader> Checked(ImageHeader header) {
  if (header.width <= 0 || header.height <= 0) {
    return Invalid(absl::StrCat("the picture is ", header.width, "x",
                                header.height, " pixels"));
  }
  return header;
}

absl::StatusOr<ImageHeader> ReadPngHeader(absl::string_view bytes) {
  // Signature, chunk length, "IHDR", width, height.
  if (bytes.size() < 24 || bytes.substr(12, 4) != "IHDR") {
    return Invalid("PNG file without its IHDR chunk");
  }
  return Checked({.format = ImageFormat::kPng,
                  .width = ReadBigEndian32(bytes, 16),
                  .height = ReadBigEndian32(bytes, 20)});
}

// Start-of-frame markers; C4, C8 and CC are something else.
bool IsStartOfFrame(uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
         marker != 0xCC;
}

// Markers that have no length and no content.
bool StandsAlone(uint32_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
}

// One marker of a JPEG file and where the next one has to be looked for.
struct JpegSegment {
  uint32_t marker = 0;
  size_t content = 0;  // offset behind the length field
  size_t end = 0;
};

absl::StatusOr<JpegSegment> ReadJpegSegment(absl::string_view bytes,
                                            size_t offset) {
  const absl::Status truncated = Invalid("JPEG file ends within a segment");
  if (offset >= bytes.size()) return truncated;
  if (ReadByte(bytes, offset) != 0xFF) {
    return Invalid("JPEG file with bytes where a marker is expected");
  }
  while (offset < bytes.size() && ReadByte(bytes, offset) == 0xFF) ++offset;
  if (offset >= bytes.size()) return truncated;
  JpegSegment segment{.marker = ReadByte(bytes, offset),
                      .content = offset + 1,
                      .end = offset + 1};
  if (StandsAlone(segment.marker) || segment.marker == 0xD9) return segment;
  if (bytes.size() - segment.end < 2) return truncated;
  const size_t length = ReadBigEndian16(bytes, segment.end);
  if (length < 2 || bytes.size() - segment.end < length) return truncated;
  segment.content += 2;
  segment.end += length;
  return segment;
}

// Returns the offset of the first marker behind entropy-coded data, where 0xFF
// is followed by 0 or by a restart marker; bytes.size() when there is none.
size_t SkipEntropyCodedData(absl::string_view bytes, size_t offset) {
  while (true) {
    offset = bytes.find('\xFF', offset);
    if (offset == absl::string_view::npos || offset + 1 >= bytes.size()) {
      return bytes.size();
    }
    const uint32_t next = ReadByte(bytes, offset + 1);
    if (next != 0 && !(next >= 0xD0 && next <= 0xD7) && next != 0xFF) {
      return offset;
    }
    offset += next == 0xFF ? 1 : 2;
  }
}

absl::StatusOr<ImageHeader> ReadJpegHeader(absl::string_view bytes) {
  size_t offset = 2;
  while (true) {
    const absl::StatusOr<JpegSegment> segment = ReadJpegSegment(bytes, offset);
    if (!segment.ok()) return segment.status();
    if (IsStartOfFrame(segment->marker)) {
      // Length, precision, height, width.
      if (segment->end - segment->content < 5) {
        return Invalid("JPEG file with a short start-of-frame segment");
      }
      return Checked({.format = ImageFormat::kJpeg,
                      .width = ReadBigEndian16(bytes, segment->content + 3),
                      .height = ReadBigEndian16(bytes, segment->content + 1)});
    }
    if (segment->marker == 0xDA || segment->marker == 0xD9) {
      return Invalid("JPEG file without a start-of-frame segment");
    }
    offset = segment->end;
  }
}

// Returns the whole PNG chunk at `offset`: length, type, data, checksum. Empty
// when the file ends within it.
absl::string_view PngChunk(absl::string_view bytes, size_t offset) {
  constexpr size_t kChunkOverhead = 12;
  if (bytes.size() - offset < kChunkOverhead) return {};
  const uint64_t size =
      uint64_t{ReadBigEndian32(bytes, offset)} + kChunkOverhead;
  if (bytes.size() - offset < size) return {};
  return bytes.substr(offset, static_cast<size_t>(size));
}

absl::string_view PngChunkType(absl::string_view chunk) {
  return chunk.substr(4, 4);
}

absl::Status CheckPngIsComplete(absl::string_view bytes) {
  size_t offset = kPngSignature.size();
  while (true) {
    const absl::string_view chunk = PngChunk(bytes, offset);
    if (chunk.empty()) {
      return Invalid("PNG file is truncated: it ends before its IEND chunk");
    }
    if (PngChunkType(chunk) == "IEND") return absl::OkStatus();
    offset += chunk.size();
  }
}

absl::Status CheckJpegIsComplete(absl::string_view bytes) {
  size_t offset = 2;
  int scans = 0;
  while (offset < bytes.size()) {
    const absl::StatusOr<JpegSegment> segment = ReadJpegSegment(bytes, offset);
    if (!segment.ok()) return segment.status();
    offset = segment->end;
    if (segment->marker == 0xD9) return absl::OkStatus();
    if (segment->marker == 0xDA) {
      if (++scans > kMaxJpegScans) {
        return Invalid(
            absl::StrCat("JPEG file with more than ", kMaxJpegScans, " scans"));
      }
      offset = SkipEntropyCodedData(bytes, offset);
    }
  }
  return Invalid(
      "JPEG file is truncated: it ends before its end-of-image marker");
}

absl::StatusOr<ImageHeader> ReadWebpHeader(absl::string_view bytes) {
  const absl::Status invalid = Invalid("WebP file with a broken header");
  if (bytes.size() < 30) return invalid;
  const absl::string_view kind = bytes.substr(12, 4);
  ImageHeader header{.format = ImageFormat::kWebp};
  if (kind == "VP8X") {
    if ((ReadByte(bytes, 20) & 0x02) != 0) {
      return Invalid("animated WebP file where one picture is expected");
    }
    header.width = int64_t{ReadLittleEndian24(bytes, 24)} + 1;
    header.height = int64_t{ReadLittleEndian24(bytes, 27)} + 1;
  } else if (kind == "VP8L" && ReadByte(bytes, 20) == 0x2F) {
    const uint32_t packed = ReadLittleEndian32(bytes, 21);
    header.width = int64_t{packed & 0x3FFF} + 1;
    header.height = int64_t{packed >> 14 & 0x3FFF} + 1;
  } else if (kind == "VP8 " && bytes.substr(23, 3) == "\x9D\x01\x2A") {
    header.width = ReadLittleEndian24(bytes, 26) & 0x3FFF;
    header.height = (ReadLittleEndian24(bytes, 27) >> 8) & 0x3FFF;
  } else {
    return invalid;
  }
  return Checked(header);
}

absl::Status CheckWebpIsComplete(absl::string_view bytes) {
  const uint64_t size = uint64_t{ReadLittleEndian32(bytes, 4)} + 8;
  if (size > bytes.size()) {
    return Invalid(absl::StrCat("WebP file is truncated: it has ", bytes.size(),
                                " of ", size, " bytes"));
  }
  return absl::OkStatus();
}

bool IsWebp(absl::string_view bytes) {
  return bytes.size() >= 12 && absl::StartsWith(bytes, "RIFF") &&
         bytes.substr(8, 4) == "WEBP";
}

}  // namespace

absl::string_view ImageFormatName(ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kWebp:
      return "WebP";
  }
  return "";
}

absl::StatusOr<ImageHeader> ReadImageHeader(absl::string_view bytes) {
  if (bytes.empty()) return Invalid("the file is empty");
  if (absl::StartsWith(bytes, kPngSignature)) return ReadPngHeader(bytes);
  if (absl::StartsWith(bytes, kJpegSignature)) return ReadJpegHeader(bytes);
  if (IsWebp(bytes)) return ReadWebpHeader(bytes);
  return Invalid(absl::StrCat("not a PNG, JPEG or WebP file (it begins with ",
                              absl::BytesToHexString(bytes.substr(0, 8)), ")"));
}

absl::Status CheckImageIsComplete(absl::string_view bytes, ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return CheckPngIsComplete(bytes);
    case ImageFormat::kJpeg:
      return CheckJpegIsComplete(bytes);
    case ImageFormat::kWebp:
      return CheckWebpIsComplete(bytes);
  }
  return absl::InternalError("unknown picture format");
}

std::string StripAncillaryPngChunks(absl::string_view png) {
  std::string stripped(kPngSignature);
  size_t offset = kPngSignature.size();
  while (true) {
    const absl::string_view chunk = PngChunk(png, offset);
    if (chunk.empty()) return stripped;
    // The first letter of a critical chunk's type is upper case.
    if (absl::ascii_isupper(static_cast<unsigned char>(chunk[4]))) {
      absl::StrAppend(&stripped, chunk);
    }
    if (PngChunkType(chunk) == "IEND") return stripped;
    offset += chunk.size();
  }
}

}  // namespace animate
