#ifndef ANIMATE_SERVER_METRICS_LABEL_NAMES_H_
#define ANIMATE_SERVER_METRICS_LABEL_NAMES_H_

#include <string>

#include "server/metrics/recorder.h"

namespace animate {

// The label values of what a Recorder is told.
std::string RejectReasonName(RejectReason reason);
std::string JobPhaseName(JobPhase phase);
std::string StreamCloseReasonName(StreamCloseReason reason);
std::string CancelPhaseName(CancelPhase phase);
std::string WasteReasonName(WasteReason reason);
std::string ResumeResultName(ResumeResult result);
std::string StoreCommitName(StoreCommit commit);
std::string StoreFaultName(StoreFault fault);

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_LABEL_NAMES_H_
