#ifndef ANIMATE_SERVER_SERVICE_REJECT_REASON_H_
#define ANIMATE_SERVER_SERVICE_REJECT_REASON_H_

#include "absl/status/status.h"
#include "server/metrics/recorder.h"

namespace animate {

// What a refusal before JobManager::Submit counts as; the queue counts its own.
RejectReason ToRejectReason(const absl::Status& why);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_REJECT_REASON_H_
