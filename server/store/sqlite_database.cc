#include "server/store/sqlite_database.h"

#include <sqlite3.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/base/status_macros.h"
#include "server/store/store_error.h"

namespace animate {
namespace {

constexpr int kBusyMilliseconds = 5000;

// The error of a call that returned `code`.
absl::Status SqliteError(const std::string& path, sqlite3* database, int code) {
  const std::string what =
      absl::StrCat("SQLite: ", database == nullptr ? sqlite3_errstr(code)
                                                   : sqlite3_errmsg(database));
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return StoreSyncError(path, what);
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return StoreFullError(path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreCorruptError(path, what);
    default:
      return StoreFailedError(path, what);
  }
}

// The URI of a file that nobody changes while it is open.
std::string ImmutableUri(const std::string& path) {
  return absl::StrCat(
      "file:",
      absl::StrReplaceAll(path, {{"%", "%25"}, {"?", "%3f"}, {"#", "%23"}}),
      "?immutable=1");
}

}  // namespace

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

absl::Status SqliteStatement::Prepare(absl::string_view sql) {
  const int code =
      sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()),
                         &statement_, nullptr);
  if (code != SQLITE_OK) return SqliteError(path_, database_, code);
  return absl::OkStatus();
}

void SqliteStatement::Bind(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_, parameter, value);
}

void SqliteStatement::Bind(int parameter, std::optional<int64_t> value) {
  if (value.has_value()) {
    Bind(parameter, *value);
  } else {
    sqlite3_bind_null(statement_, parameter);
  }
}

void SqliteStatement::BindText(int parameter, absl::string_view value) {
  sqlite3_bind_text64(statement_, parameter, value.data(), value.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

void SqliteStatement::BindBlob(int parameter, absl::string_view value) {
  // A null pointer would bind NULL.
  sqlite3_bind_blob64(statement_, parameter, value.empty() ? "" : value.data(),
                      value.size(), SQLITE_TRANSIENT);
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(path_, database_, code);
}

absl::Status SqliteStatement::Run() {
  while (true) {
    ANIMATE_ASSIGN_OR_RETURN(const bool more, Step());
    if (!more) return absl::OkStatus();
  }
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int64(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<int64_t> SqliteStatement::OptionalInt64(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int64(column);
}

std::string SqliteStatement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return "";
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::OpenWith(
    const std::string& path, const std::string& name, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle,
                                   flags | SQLITE_OPEN_NOMUTEX, nullptr);
  auto database =
      std::unique_ptr<SqliteDatabase>(new SqliteDatabase(path, handle));
  if (code != SQLITE_OK) return SqliteError(path, handle, code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(
    const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(
      auto database,
      OpenWith(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  ANIMATE_RETURN_IF_ERROR(
      database->Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                        "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF"));
  return database;
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::OpenForReading(
    const std::string& path, InUse in_use) {
  if (in_use == InUse::kByAServer) {
    return OpenWith(path, path, SQLITE_OPEN_READONLY);
  }
  std::error_code no_log;
  if (std::filesystem::file_size(path + "-wal", no_log) == 0 || no_log) {
    // "Immutable": SQLite makes no files beside it, not even to lock it.
    return OpenWith(path, ImmutableUri(path),
                    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  }
  // Reads the log without an index beside it, which takes an exclusive lock,
  // and does not write it back when it closes.
  ANIMATE_ASSIGN_OR_RETURN(auto database,
                           OpenWith(path, path, SQLITE_OPEN_READWRITE));
  sqlite3_db_config(database->database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                    nullptr);
  ANIMATE_RETURN_IF_ERROR(
      database->Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=ON"));
  return database;
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::OpenInMemory() {
  return OpenWith(
      ":memory:", ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close_v2(database_); }

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  const int code =
      sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return SqliteError(path_, database_, code);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SqliteStatement>> SqliteDatabase::Prepare(
    absl::string_view sql) {
  auto statement = std::make_unique<SqliteStatement>(database_, path_);
  ANIMATE_RETURN_IF_ERROR(statement->Prepare(sql));
  return statement;
}

absl::Status SqliteDatabase::Transaction(
    absl::FunctionRef<absl::Status()> body) {
  ANIMATE_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
  absl::Status status = body();
  if (status.ok()) status = Execute("COMMIT");
  // Some errors have rolled back already; then this one says so, to nobody.
  if (!status.ok()) (void)Execute("ROLLBACK");
  return status;
}

int SqliteDatabase::changes() const { return sqlite3_changes(database_); }

int64_t SqliteDatabase::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(database_);
}

absl::Status SqliteDatabase::CopyTo(SqliteDatabase& target) {
  sqlite3_backup* const backup =
      sqlite3_backup_init(target.database_, "main", database_, "main");
  if (backup == nullptr) {
    return SqliteError(path_, target.database_,
                       sqlite3_errcode(target.database_));
  }
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return SqliteError(path_, nullptr, code);
  return absl::OkStatus();
}

absl::Status SqliteDatabase::CheckIntegrity() {
  ANIMATE_ASSIGN_OR_RETURN(const auto check,
                           Prepare("PRAGMA integrity_check(10)"));
  std::string faults;
  while (true) {
    ANIMATE_ASSIGN_OR_RETURN(const bool more, check->Step());
    if (!more) break;
    const std::string line = check->Bytes(0);
    if (line != "ok") {
      absl::StrAppend(&faults, faults.empty() ? "" : "; ", line);
    }
  }
  if (!faults.empty()) return StoreCorruptError(path_, faults);
  return absl::OkStatus();
}

}  // namespace animate
