#ifndef ANIMATE_SERVER_STORE_SPOOL_FILE_H_
#define ANIMATE_SERVER_STORE_SPOOL_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// A file of records that only grows. A record is a header (magic, index,
// length, CRC-32C of the data, CRC-32C of the header; little endian) and its
// data, so that a reader knows whether it got what was written. What lies
// beyond the last record that the owner of the file knows of is the remains of
// a crash: opening with that size cuts it off.
//
// Thread-compatible; reading needs no SpoolFile and may go on beside appending.
class SpoolFile {
 public:
  // Opens `path`, makes it if it is missing, and cuts it to `size` bytes.
  // STORE_CORRUPT when it is shorter.
  static absl::StatusOr<std::unique_ptr<SpoolFile>> Open(
      const std::string& path, int64_t size);

  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  ~SpoolFile();

  // Appends a record and returns where it begins. After an error the file is
  // as before.
  absl::StatusOr<int64_t> Append(uint32_t index, absl::string_view data);

  // Returns once all records will survive a power cut, given that the folder
  // was synced after the file was made.
  absl::Status Sync();

  // Bytes of all records.
  int64_t size() const { return size_; }

  // Returns the data of the record at `offset`: STORE_CORRUPT unless it has
  // that index and is whole.
  static absl::StatusOr<std::string> Read(const std::string& path,
                                          int64_t offset, uint32_t index);

  // Bytes that a record of `length` bytes of data takes.
  static int64_t RecordBytes(int64_t length);

 private:
  SpoolFile(std::string path, int file, int64_t size)
      : path_(std::move(path)), file_(file), size_(size) {}

  const std::string path_;
  const int file_;
  int64_t size_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_SPOOL_FILE_H_
