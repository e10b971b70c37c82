#ifndef ANIMATE_SERVER_STORE_SQLITE_DATABASE_H_
#define ANIMATE_SERVER_STORE_SQLITE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace animate {

// A prepared statement: bind, step, read, reset. Thread-compatible. Parameters
// count from 1, columns from 0, as in SQLite.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3* database, std::string path)
      : database_(database), path_(std::move(path)) {}
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  absl::Status Prepare(absl::string_view sql);

  void Bind(int parameter, int64_t value);
  void Bind(int parameter, std::optional<int64_t> value);
  void BindText(int parameter, absl::string_view value);
  void BindBlob(int parameter, absl::string_view value);

  // Runs until the next row: true, or the end: false.
  absl::StatusOr<bool> Step();
  // Runs to the end.
  absl::Status Run();

  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  int Int(int column) const { return static_cast<int>(Int64(column)); }
  std::optional<int64_t> OptionalInt64(int column) const;
  std::string Bytes(int column) const;  // text or blob

 private:
  sqlite3* const database_;
  const std::string path_;
  sqlite3_stmt* statement_ = nullptr;
};

// A connection to a database file. Errors are those of JobStore.
// Thread-compatible.
class SqliteDatabase {
 public:
  // Opens or makes the file at `path`, in WAL mode with every commit synced:
  // what was committed survives a power cut.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(
      const std::string& path);

  // Opens the file at `path` to look at it: neither it nor its folder is
  // changed. kByAServer: a process has it open in WAL mode and goes on.
  // kByNobody: what a crash left in the log is seen, and left there.
  enum class InUse { kByAServer, kByNobody };
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenForReading(
      const std::string& path, InUse in_use);

  // Opens an empty database in memory.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenInMemory();

  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  // Runs statements without results, separated by semicolons.
  absl::Status Execute(const std::string& sql);

  absl::StatusOr<std::unique_ptr<SqliteStatement>> Prepare(
      absl::string_view sql);

  // Runs `body` within BEGIN IMMEDIATE and COMMIT; rolls back when it or the
  // commit fails.
  absl::Status Transaction(absl::FunctionRef<absl::Status()> body);

  // Rows changed by the last statement.
  int changes() const;
  int64_t last_insert_rowid() const;

  // Makes `target` a copy of this database as it is at one moment.
  absl::Status CopyTo(SqliteDatabase& target);

  // Everything that is wrong with the file; OK when nothing is.
  absl::Status CheckIntegrity();

 private:
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenWith(
      const std::string& path, const std::string& name, int flags);

  SqliteDatabase(std::string path, sqlite3* database)
      : path_(std::move(path)), database_(database) {}

  const std::string path_;
  sqlite3* const database_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_SQLITE_DATABASE_H_
