#include "engine/pose/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEndOfDirectory = 0x06054b50;
constexpr size_t kLocalHeaderSize = 30;
constexpr size_t kCentralHeaderSize = 46;
constexpr size_t kEndSize = 22;
constexpr size_t kMaxComment = 65535;
constexpr size_t kMaxFiles = 100;

// Little-endian numbers; zero behind the end.
uint32_t Number(absl::string_view bytes, size_t offset, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size && offset + i < bytes.size(); ++i) {
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[offset + i]))
             << (8 * i);
  }
  return value;
}

absl::Status Damaged(absl::string_view what) {
  return PoseError(absl::StrCat("the ZIP archive is damaged: ", what));
}

struct Entry {
  std::string name;
  uint32_t flags = 0;
  uint32_t method = 0;
  uint32_t crc = 0;
  size_t packed_size = 0;
  size_t size = 0;
  size_t local_header = 0;
};

absl::StatusOr<size_t> FindEnd(absl::string_view bytes) {
  if (bytes.size() < kEndSize) return Damaged("it is too short");
  const size_t last = bytes.size() - kEndSize;
  const size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (size_t at = last + 1; at-- > first;) {
    if (Number(bytes, at, 4) == kEndOfDirectory) return at;
  }
  return Damaged("it has no directory");
}

absl::StatusOr<Entry> ReadEntry(absl::string_view bytes, size_t at) {
  if (at > bytes.size() || bytes.size() - at < kCentralHeaderSize ||
      Number(bytes, at, 4) != kCentralHeader) {
    return Damaged("an entry of the directory is missing");
  }
  const size_t name_size = Number(bytes, at + 28, 2);
  if (bytes.size() - at - kCentralHeaderSize < name_size) {
    return Damaged("a name is cut off");
  }
  return Entry{
      .name = std::string(bytes.substr(at + kCentralHeaderSize, name_size)),
      .flags = Number(bytes, at + 8, 2),
      .method = Number(bytes, at + 10, 2),
      .crc = Number(bytes, at + 16, 4),
      .packed_size = Number(bytes, at + 20, 4),
      .size = Number(bytes, at + 24, 4),
      .local_header = Number(bytes, at + 42, 4)};
}

absl::StatusOr<absl::string_view> PackedBytes(absl::string_view bytes,
                                              const Entry& entry) {
  const size_t at = entry.local_header;
  if (at > bytes.size() || bytes.size() - at < kLocalHeaderSize ||
      Number(bytes, at, 4) != kLocalHeader) {
    return Damaged("a file has no header");
  }
  const size_t begin = at + kLocalHeaderSize + Number(bytes, at + 26, 2) +
                       Number(bytes, at + 28, 2);
  if (begin > bytes.size() || bytes.size() - begin < entry.packed_size) {
    return Damaged(absl::StrCat("'", entry.name, "' is cut off"));
  }
  return bytes.substr(begin, entry.packed_size);
}

absl::StatusOr<std::string> Inflate(absl::string_view packed, size_t size) {
  z_stream stream{};
  constexpr int kRawDeflate = -15;
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) {
    return absl::ResourceExhaustedError("no memory to unpack a ZIP archive");
  }
  std::string unpacked(size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(size);
  const int result = inflate(&stream, Z_FINISH);
  const bool complete = result == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!complete) return Damaged("a file cannot be unpacked");
  return unpacked;
}

absl::StatusOr<std::string> ReadFile(absl::string_view bytes,
                                     const Entry& entry) {
  constexpr uint32_t kEncrypted = 1;
  constexpr uint32_t kStored = 0;
  constexpr uint32_t kDeflated = 8;
  if ((entry.flags & kEncrypted) != 0) {
    return PoseError("encrypted ZIP archives are not supported");
  }
  ANIMATE_ASSIGN_OR_RETURN(const absl::string_view packed,
                           PackedBytes(bytes, entry));
  std::string content;
  if (entry.method == kStored) {
    if (entry.size != entry.packed_size) return Damaged("sizes differ");
    content = std::string(packed);
  } else if (entry.method == kDeflated) {
    ANIMATE_ASSIGN_OR_RETURN(content, Inflate(packed, entry.size));
  } else {
    return PoseError(absl::StrCat("'", entry.name, "' is compressed by method ",
                                  entry.method, "; only deflate is supported"));
  }
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                         static_cast<uInt>(content.size()));
  if (crc != entry.crc) {
    return Damaged(absl::StrCat("the checksum of '", entry.name, "' is wrong"));
  }
  return content;
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ReadZip(
    absl::string_view bytes, size_t max_bytes) {
  ANIMATE_ASSIGN_OR_RETURN(const size_t end, FindEnd(bytes));
  const size_t count = Number(bytes, end + 10, 2);
  if (count > kMaxFiles) {
    return PoseError(absl::StrCat("the ZIP archive has ", count,
                                  " files, limit ", kMaxFiles));
  }
  size_t at = Number(bytes, end + 16, 4);
  size_t total = 0;
  std::map<std::string, std::string> files;
  for (size_t i = 0; i < count; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(Entry entry, ReadEntry(bytes, at));
    at += kCentralHeaderSize + entry.name.size() + Number(bytes, at + 30, 2) +
          Number(bytes, at + 32, 2);
    total += entry.size;
    if (total > max_bytes) {
      return PoseError(absl::StrCat("the ZIP archive unpacks to more than ",
                                    max_bytes, " bytes"));
    }
    ANIMATE_ASSIGN_OR_RETURN(std::string content, ReadFile(bytes, entry));
    files[std::move(entry.name)] = std::move(content);
  }
  return files;
}

}  // namespace animate
