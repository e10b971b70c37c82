#include "server/metrics/label_names.h"

namespace animate {

std::string RejectReasonName(RejectReason reason) {
  switch (reason) {
    case RejectReason::kInvalid:
      return "invalid";
    case RejectReason::kDeadline:
      return "deadline";
    case RejectReason::kQuota:
      return "quota";
    case RejectReason::kUnauthenticated:
      return "unauthenticated";
    case RejectReason::kNotReady:
      return "not_ready";
    case RejectReason::kDraining:
      return "draining";
    case RejectReason::kSpoolFull:
      return "spool_full";
  }
  return "invalid";
}

std::string JobPhaseName(JobPhase phase) {
  switch (phase) {
    case JobPhase::kIngest:
      return "ingest";
    case JobPhase::kInputDecode:
      return "input_decode";
    case JobPhase::kTracking:
      return "tracking";
    case JobPhase::kPose:
      return "pose";
    case JobPhase::kClip:
      return "clip";
    case JobPhase::kVaeEncode:
      return "vae_encode";
    case JobPhase::kReference:
      return "reference";
    case JobPhase::kDenoise:
      return "denoise";
    case JobPhase::kVaeDecode:
      return "vae_decode";
    case JobPhase::kEncode:
      return "encode";
  }
  return "unknown";
}

std::string StreamCloseReasonName(StreamCloseReason reason) {
  switch (reason) {
    case StreamCloseReason::kDone:
      return "done";
    case StreamCloseReason::kClientCancel:
      return "client_cancel";
    case StreamCloseReason::kDeadline:
      return "deadline";
    case StreamCloseReason::kSlowConsumer:
      return "slow_consumer";
    case StreamCloseReason::kTransport:
      return "transport";
    case StreamCloseReason::kDrain:
      return "drain";
    case StreamCloseReason::kUnauthenticated:
      return "unauthenticated";
  }
  return "unknown";
}

std::string CancelPhaseName(CancelPhase phase) {
  switch (phase) {
    case CancelPhase::kPreparing:
      return "preparing";
    case CancelPhase::kDenoising:
      return "denoising";
    case CancelPhase::kDecoding:
      return "decoding";
  }
  return "unknown";
}

std::string ResumeResultName(ResumeResult result) {
  switch (result) {
    case ResumeResult::kContinued:
      return "continued";
    case ResumeResult::kStartedOver:
      return "started_over";
  }
  return "unknown";
}

std::string WasteReasonName(WasteReason reason) {
  switch (reason) {
    case WasteReason::kCancelled:
      return "cancelled";
    case WasteReason::kDisconnected:
      return "disconnected";
    case WasteReason::kExpired:
      return "expired";
    case WasteReason::kFailed:
      return "failed";
    case WasteReason::kLost:
      return "lost";
  }
  return "unknown";
}

std::string StoreCommitName(StoreCommit commit) {
  switch (commit) {
    case StoreCommit::kInsert:
      return "insert";
    case StoreCommit::kState:
      return "state";
    case StoreCommit::kFrame:
      return "frame";
    case StoreCommit::kCheckpoint:
      return "checkpoint";
    case StoreCommit::kDelete:
      return "delete";
  }
  return "unknown";
}

std::string StoreFaultName(StoreFault fault) {
  switch (fault) {
    case StoreFault::kFull:
      return "full";
    case StoreFault::kSync:
      return "sync";
    case StoreFault::kCorrupt:
      return "corrupt";
    case StoreFault::kOther:
      return "other";
  }
  return "unknown";
}

}  // namespace animate
