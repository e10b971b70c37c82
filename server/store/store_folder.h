#ifndef ANIMATE_SERVER_STORE_STORE_FOLDER_H_
#define ANIMATE_SERVER_STORE_STORE_FOLDER_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// The folder of a store on disk, owned by one process at a time:
//
//   DIR/jobs.sqlite    the database (and its -wal, -shm)
//   DIR/spool/         inputs, frames and checkpoints, by generated names
//   DIR/lock           locked by whoever has the store open
//
// File names are made of uuids and numbers; nothing a client sends becomes part
// of a path. Thread-safe.
class StoreFolder {
 public:
  // Makes what is missing, and locks. FAILED_PRECONDITION, reason STORE_LOCKED,
  // when another process has it; FAILED_PRECONDITION, reason
  // STORE_NOT_WRITABLE, when it may not be written.
  static absl::StatusOr<std::unique_ptr<StoreFolder>> Open(
      const std::string& path);

  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;
  ~StoreFolder();

  std::string database_path() const;
  std::string SpoolPath(absl::string_view file) const;

  // Makes the names of new spool files survive a power cut.
  absl::Status SyncSpool() const;

  // "" is no file. A file that is not there is as good as removed; one that
  // resists stays until RemoveOrphans of the next start.
  void RemoveSpoolFile(absl::string_view file) const;

  // Removes the spool files that are not in `wanted`; returns how many.
  absl::StatusOr<int> RemoveOrphans(const std::set<std::string>& wanted) const;

  // Bytes the process may still write on the disk of the spool.
  absl::StatusOr<int64_t> FreeBytes() const;

 private:
  StoreFolder(std::string path, int lock_file, int spool_folder)
      : path_(std::move(path)),
        lock_file_(lock_file),
        spool_folder_(spool_folder) {}

  const std::string path_;
  const int lock_file_;
  const int spool_folder_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_STORE_FOLDER_H_
