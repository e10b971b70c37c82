#include "server/store/job_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/store/status_bytes.h"
#include "server/store/store_error.h"

namespace animate {
namespace {

// In the order in which ReadJob and ReadRow read them.
constexpr absl::string_view kColumns =
    "number, name, principal, request_id, request_digest, spec, state, "
    "attempt, generation, crashes, create_time, start_time, end_time, "
    "expire_time, error, device_time, wasted_device_time, frames, "
    "inputs_file, inputs_bytes, frames_bytes, checkpoint_file, "
    "checkpoint_bytes, checkpoint_step, checkpoint_fingerprint, report";

std::optional<absl::Time> TimeOf(std::optional<int64_t> micros) {
  if (!micros.has_value()) return std::nullopt;
  return absl::FromUnixMicros(*micros);
}

absl::StatusOr<StoredJob> ReadJob(const SqliteStatement& row) {
  StoredJob job;
  job.number = static_cast<uint64_t>(row.Int64(0));
  job.name = row.Bytes(1);
  job.principal = row.Bytes(2);
  job.request_id = row.Bytes(3);
  job.request_digest = row.Bytes(4);
  job.spec = row.Bytes(5);
  job.state = static_cast<JobState>(row.Int(6));
  job.attempt = row.Int(7);
  job.generation = row.Int(8);
  job.crashes = row.Int(9);
  job.create_time = absl::FromUnixMicros(row.Int64(10));
  job.start_time = TimeOf(row.OptionalInt64(11));
  job.end_time = TimeOf(row.OptionalInt64(12));
  job.expire_time = TimeOf(row.OptionalInt64(13));
  if (!row.IsNull(14)) {
    std::optional<absl::Status> error = StatusFromBytes(row.Bytes(14));
    if (!error.has_value()) {
      return StoreCorruptError(job.name, "its error cannot be read");
    }
    job.error = *std::move(error);
  }
  job.usage.device_time = absl::Microseconds(row.Int64(15));
  job.usage.wasted_device_time = absl::Microseconds(row.Int64(16));
  job.frames = row.Int(17);
  return job;
}

absl::StatusOr<JobRow> ReadRow(const SqliteStatement& columns) {
  JobRow row;
  ANIMATE_ASSIGN_OR_RETURN(row.job, ReadJob(columns));
  row.inputs_file = columns.Bytes(18);
  row.inputs_bytes = columns.Int64(19);
  row.frames_bytes = row.job.frame_bytes = columns.Int64(20);
  row.checkpoint_file = columns.Bytes(21);
  row.checkpoint_bytes = columns.Int64(22);
  row.checkpoint_step = columns.Int(23);
  row.checkpoint_fingerprint = columns.Bytes(24);
  row.job.report = columns.Bytes(25);
  return row;
}

std::optional<JobRow> FirstOf(std::vector<JobRow> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

std::string JobRow::frames_file() const {
  return absl::StrCat(job.number, "-", job.generation, ".frames");
}

absl::StatusOr<std::vector<JobRow>> JobRows::Select(
    absl::string_view condition,
    std::initializer_list<absl::string_view> parameters) const {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto query,
      database_.Prepare(absl::StrCat("SELECT ", kColumns, " FROM job WHERE ",
                                     condition, " ORDER BY number")));
  int parameter = 0;
  for (const absl::string_view value : parameters) {
    query->BindText(++parameter, value);
  }
  std::vector<JobRow> rows;
  while (true) {
    ANIMATE_ASSIGN_OR_RETURN(const bool more, query->Step());
    if (!more) return rows;
    ANIMATE_ASSIGN_OR_RETURN(JobRow row, ReadRow(*query));
    rows.push_back(std::move(row));
  }
}

absl::StatusOr<std::optional<JobRow>> JobRows::Find(
    const std::string& name) const {
  ANIMATE_ASSIGN_OR_RETURN(std::vector<JobRow> rows,
                           Select("name = ?1", {name}));
  return FirstOf(std::move(rows));
}

absl::StatusOr<JobRow> JobRows::Get(const std::string& name) const {
  ANIMATE_ASSIGN_OR_RETURN(std::optional<JobRow> row, Find(name));
  if (!row.has_value()) return NoSuchJobError(name);
  return *std::move(row);
}

absl::StatusOr<std::optional<JobRow>> JobRows::FindRequest(
    const std::string& principal, const std::string& request_id) const {
  ANIMATE_ASSIGN_OR_RETURN(
      std::vector<JobRow> rows,
      Select("principal = ?1 AND request_id = ?2", {principal, request_id}));
  return FirstOf(std::move(rows));
}

absl::StatusOr<std::vector<JobRow>> JobRows::List() const {
  return Select("1", {});
}

absl::Status JobRows::Insert(const StoredJob& job,
                             const std::string& inputs_file,
                             int64_t inputs_bytes) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto insert,
      database_.Prepare(
          "INSERT INTO job(name, principal, request_id, request_digest, spec, "
          "state, create_time, inputs_file, inputs_bytes) "
          "VALUES(?1, ?2, nullif(?3, ''), ?4, ?5, ?6, ?7, ?8, ?9)"));
  insert->BindText(1, job.name);
  insert->BindText(2, job.principal);
  insert->BindText(3, job.request_id);
  insert->BindBlob(4, job.request_digest);
  insert->BindBlob(5, job.spec);
  insert->Bind(6, static_cast<int64_t>(JobState::kPending));
  insert->Bind(7, absl::ToUnixMicros(job.create_time));
  insert->BindText(8, inputs_file);
  insert->Bind(9, inputs_bytes);
  return insert->Run();
}

absl::Status JobRows::Update(const std::string& name,
                             absl::string_view assignments,
                             std::optional<int64_t> value) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto update,
      database_.Prepare(
          absl::StrCat("UPDATE job SET ", assignments, " WHERE name = ?1")));
  update->BindText(1, name);
  update->Bind(2, value);
  ANIMATE_RETURN_IF_ERROR(update->Run());
  return database_.changes() == 0 ? NoSuchJobError(name) : absl::OkStatus();
}

absl::Status JobRows::Start(const std::string& name, absl::Time start_time) {
  return Update(name,
                absl::StrCat("state = ", static_cast<int>(JobState::kRunning),
                             ", attempt = attempt + 1, crashes = crashes + 1, "
                             "start_time = ?2"),
                absl::ToUnixMicros(start_time));
}

absl::Status JobRows::UpdateBlob(const std::string& name,
                                 absl::string_view assignments,
                                 const std::string& value) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto update,
      database_.Prepare(
          absl::StrCat("UPDATE job SET ", assignments, " WHERE name = ?1")));
  update->BindText(1, name);
  update->BindBlob(2, value);
  ANIMATE_RETURN_IF_ERROR(update->Run());
  return database_.changes() == 0 ? NoSuchJobError(name) : absl::OkStatus();
}

absl::Status JobRows::Stop(const std::string& name, const absl::Status& why) {
  return UpdateBlob(
      name,
      absl::StrCat("state = ", static_cast<int>(JobState::kCancelling),
                   ", error = ?2"),
      StatusToBytes(why));
}

absl::Status JobRows::SetReport(const std::string& name,
                                const std::string& report) {
  return UpdateBlob(name, "report = ?2", report);
}

absl::Status JobRows::SetUsage(const std::string& name, const JobUsage& usage) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto update,
      database_.Prepare("UPDATE job SET device_time = ?2, "
                        "wasted_device_time = ?3 WHERE name = ?1"));
  update->BindText(1, name);
  update->Bind(2, absl::ToInt64Microseconds(usage.device_time));
  update->Bind(3, absl::ToInt64Microseconds(usage.wasted_device_time));
  ANIMATE_RETURN_IF_ERROR(update->Run());
  return database_.changes() == 0 ? NoSuchJobError(name) : absl::OkStatus();
}

absl::Status JobRows::Pause(const std::string& name) {
  return Update(name,
                absl::StrCat("state = ", static_cast<int>(JobState::kPending),
                             ", crashes = 0, start_time = ?2"),
                std::nullopt);
}

absl::Status JobRows::End(const std::string& name, const JobStore::End& end) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto update,
      database_.Prepare(
          "UPDATE job SET state = ?2, error = ?3, device_time = ?4, "
          "wasted_device_time = ?5, end_time = ?6, expire_time = ?7, "
          "crashes = 0, inputs_file = NULL, inputs_bytes = 0, "
          "checkpoint_file = NULL, checkpoint_bytes = 0 WHERE name = ?1"));
  update->BindText(1, name);
  update->Bind(2, static_cast<int64_t>(end.state));
  update->BindBlob(3, StatusToBytes(end.error));
  update->Bind(4, absl::ToInt64Microseconds(end.usage.device_time));
  update->Bind(5, absl::ToInt64Microseconds(end.usage.wasted_device_time));
  update->Bind(6, absl::ToUnixMicros(end.end_time));
  update->Bind(7, absl::ToUnixMicros(end.expire_time));
  return update->Run();
}

absl::Status JobRows::StartGeneration(const JobRow& row) {
  return database_.Transaction([&]() -> absl::Status {
    ANIMATE_ASSIGN_OR_RETURN(
        const auto forget,
        database_.Prepare("DELETE FROM frame WHERE job = ?1"));
    forget->Bind(1, static_cast<int64_t>(row.job.number));
    ANIMATE_RETURN_IF_ERROR(forget->Run());
    return Update(row.job.name,
                  "generation = generation + 1, frames = 0, frames_bytes = 0, "
                  "checkpoint_file = ?2, checkpoint_bytes = 0",
                  std::nullopt);
  });
}

absl::Status JobRows::SetCheckpoint(const std::string& name,
                                    const JobCheckpoint& checkpoint,
                                    const std::string& file, int64_t bytes) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto update,
      database_.Prepare("UPDATE job SET checkpoint_file = ?2, "
                        "checkpoint_bytes = ?3, checkpoint_step = ?4, "
                        "checkpoint_fingerprint = ?5 WHERE name = ?1"));
  update->BindText(1, name);
  update->BindText(2, file);
  update->Bind(3, bytes);
  update->Bind(4, int64_t{checkpoint.step});
  update->BindBlob(5, checkpoint.fingerprint);
  return update->Run();
}

absl::Status JobRows::Delete(const std::string& name) {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto forget, database_.Prepare("DELETE FROM job WHERE name = ?1"));
  forget->BindText(1, name);
  return forget->Run();
}

absl::Status JobRows::InsertFrame(const JobRow& row, const FrameRow& frame,
                                  int64_t frames_bytes) {
  return database_.Transaction([&]() -> absl::Status {
    ANIMATE_ASSIGN_OR_RETURN(
        const auto insert,
        database_.Prepare("INSERT INTO frame(job, frame_index, position, "
                          "format, width, height, crc32c) "
                          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    insert->Bind(1, static_cast<int64_t>(row.job.number));
    insert->Bind(2, int64_t{frame.frame.index});
    insert->Bind(3, frame.position);
    insert->Bind(4, static_cast<int64_t>(frame.frame.format));
    insert->Bind(5, int64_t{frame.frame.width});
    insert->Bind(6, int64_t{frame.frame.height});
    insert->Bind(7, int64_t{frame.frame.crc32c});
    ANIMATE_RETURN_IF_ERROR(insert->Run());
    return Update(row.job.name, "frames = frames + 1, frames_bytes = ?2",
                  frames_bytes);
  });
}

absl::StatusOr<FrameRow> JobRows::GetFrame(const JobRow& row, int index) const {
  ANIMATE_ASSIGN_OR_RETURN(
      const auto query,
      database_.Prepare("SELECT position, format, width, height, crc32c "
                        "FROM frame WHERE job = ?1 AND frame_index = ?2"));
  query->Bind(1, static_cast<int64_t>(row.job.number));
  query->Bind(2, int64_t{index});
  ANIMATE_ASSIGN_OR_RETURN(const bool found, query->Step());
  if (!found) {
    return StoreCorruptError(
        row.job.name, absl::StrCat("the row of frame ", index, " is missing"));
  }
  FrameRow frame;
  frame.position = query->Int64(0);
  frame.frame.index = index;
  frame.frame.format = static_cast<OutputFormat>(query->Int(1));
  frame.frame.width = query->Int(2);
  frame.frame.height = query->Int(3);
  frame.frame.crc32c = static_cast<uint32_t>(query->Int64(4));
  return frame;
}

}  // namespace animate
