#ifndef ANIMATE_SERVER_STORE_STORE_SNAPSHOT_H_
#define ANIMATE_SERVER_STORE_STORE_SNAPSHOT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/store/job_rows.h"
#include "server/store/sqlite_database.h"

namespace animate {

// The rows of a store at one moment, in memory, so that the store can be looked
// through without being changed or held. Thread-compatible.
class StoreSnapshot {
 public:
  // Copies the database at `path`; tables of an older schema are brought up to
  // date in the copy. FAILED_PRECONDITION, reason STORE_TOO_NEW, for those of a
  // newer one; DATA_LOSS, reason STORE_CORRUPT, when the database is not sound.
  static absl::StatusOr<std::unique_ptr<StoreSnapshot>> Take(
      const std::string& path, SqliteDatabase::InUse in_use);

  StoreSnapshot(const StoreSnapshot&) = delete;
  StoreSnapshot& operator=(const StoreSnapshot&) = delete;

  // Of the file, not of the copy.
  int schema_version() const { return schema_version_; }

  const JobRows& rows() const { return rows_; }

 private:
  StoreSnapshot(std::unique_ptr<SqliteDatabase> copy, int schema_version)
      : copy_(std::move(copy)),
        rows_(*copy_),
        schema_version_(schema_version) {}

  const std::unique_ptr<SqliteDatabase> copy_;
  const JobRows rows_;
  const int schema_version_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_STORE_SNAPSHOT_H_
