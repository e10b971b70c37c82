#ifndef ANIMATE_SERVER_STORE_SQLITE_SCHEMA_H_
#define ANIMATE_SERVER_STORE_SQLITE_SCHEMA_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/sqlite_database.h"

namespace animate {

// The version this build writes; a file carries its own in user_version.
inline constexpr int kStoreSchemaVersion = 2;

// The version that the file carries; 0 for an empty one.
absl::StatusOr<int> ReadStoreSchemaVersion(SqliteDatabase& database);

// Brings the tables of `database` to kStoreSchemaVersion, in one transaction: a
// crash leaves the old version or the new one. FAILED_PRECONDITION, reason
// STORE_TOO_NEW, when a newer build wrote it; nothing is changed then.
absl::Status UpgradeStoreSchema(SqliteDatabase& database);

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_SQLITE_SCHEMA_H_
