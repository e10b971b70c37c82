#include "server/store/store_snapshot.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/store/sqlite_schema.h"
#include "server/store/store_error.h"

namespace animate {

absl::StatusOr<std::unique_ptr<StoreSnapshot>> StoreSnapshot::Take(
    const std::string& path, SqliteDatabase::InUse in_use) {
  ANIMATE_ASSIGN_OR_RETURN(auto copy, SqliteDatabase::OpenInMemory());
  {
    ANIMATE_ASSIGN_OR_RETURN(const auto file,
                             SqliteDatabase::OpenForReading(path, in_use));
    ANIMATE_RETURN_IF_ERROR(file->CopyTo(*copy));
  }
  // What is damaged in the file is damaged in its copy.
  if (const absl::Status status = copy->CheckIntegrity(); !status.ok()) {
    return StoreCorruptError(path, status.message());
  }
  ANIMATE_ASSIGN_OR_RETURN(const int version, ReadStoreSchemaVersion(*copy));
  ANIMATE_RETURN_IF_ERROR(UpgradeStoreSchema(*copy));
  return std::unique_ptr<StoreSnapshot>(
      new StoreSnapshot(std::move(copy), version));
}

}  // namespace animate
