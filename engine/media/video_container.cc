#include "engine/media/video_container.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/media/byte_reader.h"

namespace animate {
namespace {

constexpr absl::string_view kEbmlSignature("\x1A\x45\xDF\xA3", 4);
constexpr uint64_t kMatroskaSegmentId = 0x18538067;

absl::Status Truncated(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the clip is truncated: ", what));
}

bool IsMp4(absl::string_view bytes) {
  if (bytes.size() < 8) return false;
  const absl::string_view type = bytes.substr(4, 4);
  return type == "ftyp" || type == "moov" || type == "mdat" || type == "free" ||
         type == "wide" || type == "skip";
}

absl::Status CheckMp4(absl::string_view bytes) {
  bool has_movie = false;
  size_t offset = 0;
  while (offset < bytes.size()) {
    const size_t left = bytes.size() - offset;
    if (left < 8) return Truncated("it ends within a box header");
    uint64_t size = ReadBigEndian32(bytes, offset);
    const absl::string_view type = bytes.substr(offset + 4, 4);
    if (type == "moov") has_movie = true;
    uint64_t header_size = 8;
    if (size == 1) {
      if (left < 16) return Truncated("it ends within a box header");
      size = ReadBigEndian64(bytes, offset + 8);
      header_size = 16;
    } else if (size == 0) {
      size = left;  // up to the end of the file
    }
    if (size < header_size) {
      return absl::InvalidArgumentError("MP4 file with a broken box header");
    }
    if (size > left) {
      return Truncated(absl::StrCat("box ", absl::CHexEscape(type), " has ",
                                    left, " of ", size, " bytes"));
    }
    offset += static_cast<size_t>(size);
  }
  return has_movie ? absl::OkStatus() : Truncated("there is no moov box");
}

// A number of EBML: its length is the position of the first bit that is set.
struct EbmlNumber {
  uint64_t with_marker = 0;  // how IDs are written
  uint64_t value = 0;
  size_t length = 0;
  bool unknown = false;  // all value bits set: a size not known in advance
};

std::optional<EbmlNumber> ReadEbmlNumber(absl::string_view bytes,
                                         size_t offset) {
  if (offset >= bytes.size()) return std::nullopt;
  const uint32_t first = ReadByte(bytes, offset);
  if (first == 0) return std::nullopt;
  EbmlNumber number{.length = 1};
  while ((first & (0x80U >> (number.length - 1))) == 0) ++number.length;
  if (bytes.size() - offset < number.length) return std::nullopt;
  for (size_t i = 0; i < number.length; ++i) {
    number.with_marker = number.with_marker << 8 | ReadByte(bytes, offset + i);
  }
  const uint64_t marker = uint64_t{1} << (7 * number.length);
  number.value = number.with_marker & (marker - 1);
  number.unknown = number.value == marker - 1;
  return number;
}

absl::Status CheckMatroska(absl::string_view bytes) {
  size_t offset = 0;
  while (offset < bytes.size()) {
    const std::optional<EbmlNumber> id = ReadEbmlNumber(bytes, offset);
    if (!id.has_value()) return Truncated("it ends within an element");
    offset += id->length;
    const std::optional<EbmlNumber> size = ReadEbmlNumber(bytes, offset);
    if (!size.has_value()) return Truncated("it ends within an element");
    offset += size->length;
    if (size->unknown) return absl::OkStatus();  // recorded live
    if (size->value > bytes.size() - offset) {
      return Truncated(absl::StrCat("an element has ", bytes.size() - offset,
                                    " of ", size->value, " bytes"));
    }
    if (id->with_marker == kMatroskaSegmentId) return absl::OkStatus();
    offset += static_cast<size_t>(size->value);
  }
  return Truncated("there is no segment");
}

absl::Status CheckAvi(absl::string_view bytes) {
  const uint64_t size = uint64_t{ReadLittleEndian32(bytes, 4)} + 8;
  if (size > bytes.size()) {
    return Truncated(
        absl::StrCat("it has ", bytes.size(), " of ", size, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CheckGif(absl::string_view bytes) {
  if (bytes.back() != ';') return Truncated("the GIF trailer is missing");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VideoContainer> DetectVideoContainer(absl::string_view bytes) {
  if (bytes.empty()) return absl::InvalidArgumentError("the file is empty");
  if (IsMp4(bytes)) return VideoContainer::kMp4;
  if (absl::StartsWith(bytes, kEbmlSignature)) return VideoContainer::kMatroska;
  if (bytes.size() >= 12 && absl::StartsWith(bytes, "RIFF") &&
      bytes.substr(8, 4) == "AVI ") {
    return VideoContainer::kAvi;
  }
  if (absl::StartsWith(bytes, "GIF87a") || absl::StartsWith(bytes, "GIF89a")) {
    return VideoContainer::kGif;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "not an MP4, MOV, Matroska, WebM, AVI or GIF file (it begins with ",
      absl::BytesToHexString(bytes.substr(0, 8)), ")"));
}

absl::Status CheckVideoIsComplete(absl::string_view bytes,
                                  VideoContainer container) {
  switch (container) {
    case VideoContainer::kMp4:
      return CheckMp4(bytes);
    case VideoContainer::kMatroska:
      return CheckMatroska(bytes);
    case VideoContainer::kAvi:
      return CheckAvi(bytes);
    case VideoContainer::kGif:
      return CheckGif(bytes);
  }
  return absl::InternalError("unknown container");
}

}  // namespace animate
