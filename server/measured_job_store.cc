#include "server/measured_job_store.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/log.h"

namespace animate {
namespace {

const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// What of the store's doing `status` tells; nothing where the caller erred.
std::optional<StoreFault> FaultOf(const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  const std::optional<ErrorDetails> details = GetErrorDetails(status);
  const std::string reason = details.has_value() ? details->reason : "";
  if (reason == "SPOOL_FULL") return StoreFault::kFull;
  if (reason == "STORE_CORRUPT") return StoreFault::kCorrupt;
  if (reason != "STORE_FAILED") return std::nullopt;
  for (const auto& [key, value] : details->metadata) {
    if (key == "operation" && value == "sync") return StoreFault::kSync;
  }
  return StoreFault::kOther;
}

}  // namespace

void MeasuredJobStore::Note(const absl::Status& status) const {
  if (const std::optional<StoreFault> fault = FaultOf(status)) {
    recorder_.StoreFailed(*fault);
  }
}

template <typename Change>
auto MeasuredJobStore::Measure(StoreCommit what, const Change& change) {
  const absl::Duration start = clock_.Monotonic();
  auto result = change();
  recorder_.StoreCommitted(what, clock_.Monotonic() - start);
  Note(StatusOf(result));
  return result;
}

template <typename Result>
Result MeasuredJobStore::NoteRead(Result result) const {
  const absl::Status& status = result.status();
  Note(status);
  if (FaultOf(status).has_value()) {
    Log(LogSeverity::kError, "store_read_failed",
        {{"reason", GetErrorReason(status)}, {"message", status.message()}});
  }
  return result;
}

// --- Changes ----------------------------------------------------------------

absl::StatusOr<StoredJob> MeasuredJobStore::Insert(const StoredJob& job,
                                                   const StoredInputs& inputs) {
  return Measure(StoreCommit::kInsert,
                 [&] { return store_->Insert(job, inputs); });
}

absl::Status MeasuredJobStore::RecordStart(const std::string& name,
                                           absl::Time start_time) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->RecordStart(name, start_time); });
}

absl::Status MeasuredJobStore::RecordStop(const std::string& name,
                                          const absl::Status& why) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->RecordStop(name, why); });
}

absl::Status MeasuredJobStore::RecordReport(const std::string& name,
                                            const std::string& report) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->RecordReport(name, report); });
}

absl::Status MeasuredJobStore::RecordUsage(const std::string& name,
                                           const JobUsage& usage) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->RecordUsage(name, usage); });
}

absl::Status MeasuredJobStore::RecordPause(const std::string& name) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->RecordPause(name); });
}

absl::Status MeasuredJobStore::RecordEnd(const std::string& name,
                                         const End& end) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->RecordEnd(name, end); });
}

absl::StatusOr<int> MeasuredJobStore::StartGeneration(const std::string& name) {
  return Measure(StoreCommit::kState,
                 [&] { return store_->StartGeneration(name); });
}

absl::Status MeasuredJobStore::AppendFrame(const std::string& name,
                                           const EncodedFrame& frame) {
  return Measure(StoreCommit::kFrame,
                 [&] { return store_->AppendFrame(name, frame); });
}

absl::Status MeasuredJobStore::SaveCheckpoint(const std::string& name,
                                              const JobCheckpoint& checkpoint) {
  return Measure(StoreCommit::kCheckpoint,
                 [&] { return store_->SaveCheckpoint(name, checkpoint); });
}

absl::Status MeasuredJobStore::Delete(const std::string& name) {
  return Measure(StoreCommit::kDelete, [&] { return store_->Delete(name); });
}

// --- Reading ----------------------------------------------------------------

absl::StatusOr<StoredJob> MeasuredJobStore::Get(const std::string& name) const {
  return NoteRead(store_->Get(name));
}

absl::StatusOr<std::optional<StoredJob>> MeasuredJobStore::FindRequest(
    const std::string& principal, const std::string& request_id) const {
  return NoteRead(store_->FindRequest(principal, request_id));
}

absl::StatusOr<std::vector<StoredJob>> MeasuredJobStore::List() const {
  return NoteRead(store_->List());
}

absl::StatusOr<StoredInputs> MeasuredJobStore::ReadInputs(
    const std::string& name) const {
  return NoteRead(store_->ReadInputs(name));
}

absl::StatusOr<EncodedFrame> MeasuredJobStore::ReadFrame(
    const std::string& name, int index) const {
  return NoteRead(store_->ReadFrame(name, index));
}

absl::StatusOr<std::optional<JobCheckpoint>> MeasuredJobStore::LoadCheckpoint(
    const std::string& name) const {
  return NoteRead(store_->LoadCheckpoint(name));
}

absl::StatusOr<int64_t> MeasuredJobStore::FreeBytes() const {
  return NoteRead(store_->FreeBytes());
}

}  // namespace animate
