#include "engine/weights/zip_directory.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "engine/base/status_macros.h"
#include "engine/weights/byte_order.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr size_t kLocalSize = 30;
constexpr size_t kCentralSize = 46;
constexpr size_t kEndSize = 22;
constexpr size_t kEnd64Size = 56;
constexpr size_t kLocator64Size = 20;
constexpr size_t kMaxCommentSize = 65535;
constexpr uint16_t kStored = 0;
constexpr uint16_t kEncryptedFlag = 1;
constexpr uint16_t kZip64Extra = 1;
constexpr uint32_t kIn64 = 0xffffffff;

uint16_t Load16(absl::Span<const uint8_t> bytes, uint64_t at) {
  return LoadLittleEndian<uint16_t>(bytes.data() + at);
}
uint32_t Load32(absl::Span<const uint8_t> bytes, uint64_t at) {
  return LoadLittleEndian<uint32_t>(bytes.data() + at);
}
uint64_t Load64(absl::Span<const uint8_t> bytes, uint64_t at) {
  return LoadLittleEndian<uint64_t>(bytes.data() + at);
}

// Whether [at, at + size) lies in a file of `limit` bytes.
bool Fits(uint64_t at, uint64_t size, uint64_t limit) {
  return at <= limit && size <= limit - at;
}

struct CentralDirectory {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t entries = 0;
};

std::optional<uint64_t> FindEnd(absl::Span<const uint8_t> file) {
  if (file.size() < kEndSize) {
    return std::nullopt;
  }
  const uint64_t last = file.size() - kEndSize;
  const uint64_t first = last > kMaxCommentSize ? last - kMaxCommentSize : 0;
  for (uint64_t at = last + 1; at-- > first;) {
    if (Load32(file, at) == kEndSignature &&
        at + kEndSize + Load16(file, at + 20) == file.size()) {
      return at;
    }
  }
  return std::nullopt;
}

absl::StatusOr<CentralDirectory> ReadEnd(absl::Span<const uint8_t> file) {
  const std::optional<uint64_t> end = FindEnd(file);
  if (!end) {
    return WeightsError("the zip archive has no end: the file is truncated");
  }
  uint64_t limit = *end;
  uint32_t disks = Load16(file, *end + 4) + uint32_t{Load16(file, *end + 6)};
  CentralDirectory directory = {.offset = Load32(file, *end + 16),
                                .size = Load32(file, *end + 12),
                                .entries = Load16(file, *end + 10)};
  if (*end >= kLocator64Size &&
      Load32(file, *end - kLocator64Size) == kLocator64Signature) {
    const uint64_t at = Load64(file, *end - kLocator64Size + 8);
    if (!Fits(at, kEnd64Size, *end - kLocator64Size) ||
        Load32(file, at) != kEnd64Signature) {
      return WeightsError("the zip archive's 64-bit end record is damaged");
    }
    limit = at;
    disks = Load32(file, at + 16) | Load32(file, at + 20);
    directory = {.offset = Load64(file, at + 48),
                 .size = Load64(file, at + 40),
                 .entries = Load64(file, at + 32)};
  }
  if (disks != 0) {
    return WeightsError("the zip archive has more than one volume");
  }
  if (!Fits(directory.offset, directory.size, limit) ||
      directory.entries > directory.size / kCentralSize) {
    return WeightsError(absl::StrCat(
        "the zip directory does not fit in the file: ", directory.entries,
        " records, ", directory.size, " bytes at ", directory.offset, " of ",
        file.size()));
  }
  return directory;
}

bool IsSafeName(absl::string_view name) {
  if (name.empty() || name[0] == '/' || absl::StrContains(name, '\\') ||
      absl::StrContains(name, '\0')) {
    return false;
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

// One entry of the central directory.
struct Entry {
  std::string name;
  uint64_t size = 0;
  uint64_t local_offset = 0;
};

// Replaces the fields of `entry` that a zip64 extra field carries.
absl::Status ReadZip64Extra(absl::Span<const uint8_t> extra,
                            uint64_t& compressed_size, Entry& entry) {
  while (extra.size() >= 4) {
    const uint16_t id = Load16(extra, 0);
    const uint16_t size = Load16(extra, 2);
    if (size > extra.size() - 4) {
      break;
    }
    absl::Span<const uint8_t> field = extra.subspan(4, size);
    extra.remove_prefix(4u + size);
    if (id != kZip64Extra) {
      continue;
    }
    for (uint64_t* value :
         {&entry.size, &compressed_size, &entry.local_offset}) {
      if (*value != kIn64) {
        continue;
      }
      if (field.size() < sizeof(uint64_t)) {
        return WeightsError(absl::StrCat("zip record \"", entry.name,
                                         "\" lacks its 64-bit sizes"));
      }
      *value = Load64(field, 0);
      field.remove_prefix(sizeof(uint64_t));
    }
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

// Reads the entry at the front of `rest` and removes it from there.
absl::StatusOr<Entry> ReadEntry(absl::Span<const uint8_t>& rest) {
  if (rest.size() < kCentralSize || Load32(rest, 0) != kCentralSignature) {
    return WeightsError("the zip directory is damaged");
  }
  const uint16_t flags = Load16(rest, 8);
  const uint16_t method = Load16(rest, 10);
  uint64_t compressed_size = Load32(rest, 20);
  const uint16_t name_size = Load16(rest, 28);
  const uint16_t extra_size = Load16(rest, 30);
  const size_t entry_size =
      kCentralSize + name_size + extra_size + Load16(rest, 32);
  if (rest.size() < entry_size) {
    return WeightsError("the zip directory is damaged");
  }
  Entry entry;
  entry.name.assign(reinterpret_cast<const char*>(rest.data()) + kCentralSize,
                    name_size);
  entry.size = Load32(rest, 24);
  entry.local_offset = Load32(rest, 42);
  if (!IsSafeName(entry.name)) {
    return WeightsError("a zip record has an empty, absolute or climbing name");
  }
  if ((flags & kEncryptedFlag) != 0) {
    return WeightsError(
        absl::StrCat("zip record \"", entry.name, "\" is encrypted"));
  }
  ANIMATE_RETURN_IF_ERROR(
      ReadZip64Extra(rest.subspan(kCentralSize + name_size, extra_size),
                     compressed_size, entry));
  if (method != kStored || compressed_size != entry.size) {
    return WeightsError(absl::StrCat(
        "zip record \"", entry.name, "\" is compressed (method ", method,
        "): only state dicts as torch.save writes them are read, no "
        "TorchScript modules and no repacked archives"));
  }
  rest.remove_prefix(entry_size);
  return entry;
}

// Finds the bytes of `entry` by its local header; `limit` is where the
// central directory begins.
absl::StatusOr<ZipRecord> Locate(absl::Span<const uint8_t> file,
                                 const Entry& entry, uint64_t limit) {
  const uint64_t at = entry.local_offset;
  const auto damaged = [&] {
    return WeightsError(absl::StrCat(
        "zip record \"", entry.name,
        "\" does not lie in the file: ", entry.size, " bytes at ", at));
  };
  if (!Fits(at, kLocalSize, limit) || Load32(file, at) != kLocalSignature) {
    return damaged();
  }
  const uint64_t name_size = Load16(file, at + 26);
  const uint64_t head = kLocalSize + name_size + Load16(file, at + 28);
  if (!Fits(at, head, limit) || !Fits(at + head, entry.size, limit)) {
    return damaged();
  }
  const absl::string_view name(
      reinterpret_cast<const char*>(file.data()) + at + kLocalSize, name_size);
  if (name != entry.name || Load16(file, at + 8) != kStored) {
    return WeightsError(absl::StrCat("zip record \"", entry.name,
                                     "\" differs from its directory entry"));
  }
  return ZipRecord{.offset = at + head, .size = entry.size};
}

absl::Status CheckOverlap(const std::map<std::string, ZipRecord>& records) {
  std::vector<ZipRecord> order;
  order.reserve(records.size());
  for (const auto& [name, record] : records) {
    order.push_back(record);
  }
  std::sort(order.begin(), order.end(),
            [](const ZipRecord& a, const ZipRecord& b) {
              return std::pair(a.offset, a.size) < std::pair(b.offset, b.size);
            });
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i - 1].offset + order[i - 1].size > order[i].offset) {
      return WeightsError("records of the zip archive overlap");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::string, ZipRecord>> ReadZipDirectory(
    absl::Span<const uint8_t> file) {
  ANIMATE_ASSIGN_OR_RETURN(const CentralDirectory directory, ReadEnd(file));
  absl::Span<const uint8_t> rest =
      file.subspan(directory.offset, directory.size);
  std::map<std::string, ZipRecord> records;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(const Entry entry, ReadEntry(rest));
    ANIMATE_ASSIGN_OR_RETURN(const ZipRecord record,
                             Locate(file, entry, directory.offset));
    if (!records.emplace(entry.name, record).second) {
      return WeightsError(absl::StrCat("zip record \"", entry.name,
                                       "\" occurs more than once"));
    }
  }
  ANIMATE_RETURN_IF_ERROR(CheckOverlap(records));
  return records;
}

}  // namespace animate
