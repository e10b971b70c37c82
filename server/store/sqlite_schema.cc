#include "server/store/sqlite_schema.h"

#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

// Times are microseconds since 1970, durations microseconds; states and formats
// are the numbers of the enums in server/queue/job.h, which must not change.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE job(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  principal TEXT NOT NULL,
  request_id TEXT,
  request_digest BLOB NOT NULL,
  spec BLOB NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 1,
  crashes INTEGER NOT NULL DEFAULT 0,
  create_time INTEGER NOT NULL,
  start_time INTEGER,
  end_time INTEGER,
  expire_time INTEGER,
  error BLOB,
  device_time INTEGER NOT NULL DEFAULT 0,
  wasted_device_time INTEGER NOT NULL DEFAULT 0,
  inputs_file TEXT,
  inputs_bytes INTEGER NOT NULL DEFAULT 0,
  frames INTEGER NOT NULL DEFAULT 0,
  frames_bytes INTEGER NOT NULL DEFAULT 0,
  checkpoint_file TEXT,
  checkpoint_bytes INTEGER NOT NULL DEFAULT 0,
  checkpoint_step INTEGER NOT NULL DEFAULT 0,
  checkpoint_fingerprint BLOB
);
CREATE UNIQUE INDEX job_request ON job(principal, request_id)
  WHERE request_id IS NOT NULL;
CREATE TABLE frame(
  job INTEGER NOT NULL REFERENCES job(number) ON DELETE CASCADE,
  frame_index INTEGER NOT NULL,
  position INTEGER NOT NULL,
  format INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  crc32c INTEGER NOT NULL,
  PRIMARY KEY(job, frame_index)
) WITHOUT ROWID;
)sql";

constexpr const char* kVersion2 = R"sql(
ALTER TABLE job ADD COLUMN report BLOB;
)sql";

// Element i brings version i to version i + 1.
constexpr std::array<const char*, kStoreSchemaVersion> kUpgrades = {kVersion1,
                                                                    kVersion2};

}  // namespace

absl::StatusOr<int> ReadStoreSchemaVersion(SqliteDatabase& database) {
  ANIMATE_ASSIGN_OR_RETURN(const auto query,
                           database.Prepare("PRAGMA user_version"));
  ANIMATE_ASSIGN_OR_RETURN(const bool found, query->Step());
  return found ? query->Int(0) : 0;
}

absl::Status UpgradeStoreSchema(SqliteDatabase& database) {
  ANIMATE_ASSIGN_OR_RETURN(const int version, ReadStoreSchemaVersion(database));
  if (version == kStoreSchemaVersion) return absl::OkStatus();
  if (version > kStoreSchemaVersion || version < 0) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("the store has schema version ", version,
                     "; this build knows versions up to ", kStoreSchemaVersion,
                     ": use the newer server, or another store folder"),
        {.reason = "STORE_TOO_NEW"});
  }
  return database.Transaction([&]() -> absl::Status {
    for (size_t i = static_cast<size_t>(version); i < kUpgrades.size(); ++i) {
      ANIMATE_RETURN_IF_ERROR(database.Execute(kUpgrades[i]));
    }
    return database.Execute(
        absl::StrCat("PRAGMA user_version=", kStoreSchemaVersion));
  });
}

}  // namespace animate
