#include "server/store/spool_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "engine/base/status_macros.h"
#include "server/store/store_error.h"

namespace animate {
namespace {

constexpr uint32_t kRecordMagic = 0x4D494E41;  // "ANIM"
constexpr size_t kHeaderBytes = 24;
constexpr size_t kHeaderCrcOffset = 20;

using Header = std::array<char, kHeaderBytes>;

void PutLittleEndian(uint64_t value, int bytes, char* out) {
  for (int i = 0; i < bytes; ++i) {
    out[i] = static_cast<char>(value >> (8 * i) & 0xff);
  }
}

uint64_t GetLittleEndian(const char* in, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value |= uint64_t{static_cast<unsigned char>(in[i])} << (8 * i);
  }
  return value;
}

Header MakeHeader(uint32_t index, absl::string_view data) {
  Header header;
  PutLittleEndian(kRecordMagic, 4, &header[0]);
  PutLittleEndian(index, 4, &header[4]);
  PutLittleEndian(data.size(), 8, &header[8]);
  PutLittleEndian(Crc32c(data), 4, &header[16]);
  PutLittleEndian(Crc32c({header.data(), kHeaderCrcOffset}), 4,
                  &header[kHeaderCrcOffset]);
  return header;
}

class FileCloser {
 public:
  explicit FileCloser(int file) : file_(file) {}
  FileCloser(const FileCloser&) = delete;
  FileCloser& operator=(const FileCloser&) = delete;
  ~FileCloser() { close(file_); }

 private:
  const int file_;
};

// Writes all of `data`; returns errno, 0 when it was written.
int WriteAll(int file, absl::string_view data) {
  while (!data.empty()) {
    const ssize_t written = write(file, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    data.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// Reads exactly `size` bytes at `offset`; returns errno, -1 at the end of the
// file.
int ReadAll(int file, int64_t offset, char* out, size_t size) {
  while (size > 0) {
    const ssize_t count = pread(file, out, size, offset);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) return -1;
    out += count;
    offset += count;
    size -= static_cast<size_t>(count);
  }
  return 0;
}

absl::Status ReadError(const std::string& path, int64_t offset, int error) {
  if (error == -1) {
    return StoreCorruptError(
        path, absl::StrCat("ends within the record at byte ", offset));
  }
  return StoreErrnoError(path, "read", error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SpoolFile>> SpoolFile::Open(
    const std::string& path, int64_t size) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return StoreErrnoError(path, "open", errno);
  auto spool = std::unique_ptr<SpoolFile>(new SpoolFile(path, file, size));
  struct stat status = {};
  if (fstat(file, &status) != 0) return StoreErrnoError(path, "stat", errno);
  if (status.st_size < size) {
    return StoreCorruptError(
        path, absl::StrCat("has ", status.st_size, " bytes, want ", size));
  }
  if (status.st_size > size && ftruncate(file, size) != 0) {
    return StoreErrnoError(path, "cut", errno);
  }
  return spool;
}

SpoolFile::~SpoolFile() { close(file_); }

absl::StatusOr<int64_t> SpoolFile::Append(uint32_t index,
                                          absl::string_view data) {
  const Header header = MakeHeader(index, data);
  int error = WriteAll(file_, {header.data(), header.size()});
  if (error == 0) error = WriteAll(file_, data);
  if (error != 0) {
    // A torn record would stand before the next one.
    if (ftruncate(file_, size_) != 0) {
      return StoreErrnoError(path_, "cut after a failed write", errno);
    }
    return StoreErrnoError(path_, "write", error);
  }
  const int64_t offset = size_;
  size_ += RecordBytes(static_cast<int64_t>(data.size()));
  return offset;
}

absl::Status SpoolFile::Sync() {
  if (fdatasync(file_) != 0) return StoreErrnoError(path_, "sync", errno);
  return absl::OkStatus();
}

absl::StatusOr<std::string> SpoolFile::Read(const std::string& path,
                                            int64_t offset, uint32_t index) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return StoreCorruptError(path, "is missing");
    return StoreErrnoError(path, "open", errno);
  }
  const FileCloser closer(file);
  struct stat status = {};
  if (fstat(file, &status) != 0) return StoreErrnoError(path, "stat", errno);

  Header header;
  int error = ReadAll(file, offset, header.data(), header.size());
  if (error != 0) return ReadError(path, offset, error);
  const uint64_t length = GetLittleEndian(&header[8], 8);
  if (GetLittleEndian(&header[0], 4) != kRecordMagic ||
      GetLittleEndian(&header[4], 4) != index ||
      GetLittleEndian(&header[kHeaderCrcOffset], 4) !=
          Crc32c({header.data(), kHeaderCrcOffset})) {
    return StoreCorruptError(
        path, absl::StrCat("no record of index ", index, " at byte ", offset));
  }
  // Before memory is asked for: a length is only as good as the file.
  if (length >
      static_cast<uint64_t>(std::max<int64_t>(
          0, status.st_size - offset - static_cast<int64_t>(kHeaderBytes)))) {
    return ReadError(path, offset, -1);
  }
  std::string data(static_cast<size_t>(length), '\0');
  error = ReadAll(file, offset + static_cast<int64_t>(kHeaderBytes),
                  data.data(), data.size());
  if (error != 0) return ReadError(path, offset, error);
  if (GetLittleEndian(&header[16], 4) != Crc32c(data)) {
    return StoreCorruptError(path,
                             absl::StrCat("the record at byte ", offset,
                                          " does not match its checksum"));
  }
  return data;
}

int64_t SpoolFile::RecordBytes(int64_t length) {
  return static_cast<int64_t>(kHeaderBytes) + length;
}

}  // namespace animate
