#include "server/metrics/serving_metric_table.h"

#include <string>
#include <utility>
#include <vector>

namespace animate {
namespace {

Buckets MessageBytes() {
  return {1024, 16384, 262144, 1048576, 16777216, 268435456};
}

// Methods and the status codes that docs/api.md promises for them. Others
// appear with their first call.
std::vector<LabelValues> GrpcCalls() {
  const std::string service = "animate.v1.AnimationService/";
  std::vector<LabelValues> series;
  const std::vector<std::pair<std::string, std::vector<std::string>>> calls = {
      {"Animate",
       {"OK", "CANCELLED", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
        "ALREADY_EXISTS", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "UNAVAILABLE", "INTERNAL", "DATA_LOSS"}},
      {"CreateJob",
       {"OK", "INVALID_ARGUMENT", "ALREADY_EXISTS", "RESOURCE_EXHAUSTED",
        "UNAVAILABLE"}},
      {"StreamFrames",
       {"OK", "CANCELLED", "INVALID_ARGUMENT", "NOT_FOUND", "ABORTED",
        "UNAVAILABLE", "DATA_LOSS"}},
      {"GetJob", {"OK", "NOT_FOUND"}},
      {"ListJobs", {"OK", "INVALID_ARGUMENT"}},
      {"CancelJob", {"OK", "NOT_FOUND"}},
      {"DeleteJob", {"OK", "NOT_FOUND", "FAILED_PRECONDITION", "ABORTED"}},
      {"GetServerInfo", {"OK"}}};
  for (const auto& [method, statuses] : calls) {
    for (const std::string& status : statuses) {
      series.push_back({service + method, status});
    }
  }
  return series;
}

}  // namespace

namespace metric {

MetricInfo StreamsOpen() {
  return {"animate_streams_open",
          "Animate and StreamFrames streams open.",
          {},
          Single(),
          {}};
}

MetricInfo StreamsOpened() {
  return {"animate_streams_opened_total",
          "Animate and StreamFrames streams that have begun.",
          {},
          Single(),
          {}};
}

MetricInfo StreamResumes() {
  return {"animate_stream_resumes_total",
          "Streams of callers who had frames and came back for the rest.",
          {},
          Single(),
          {}};
}

MetricInfo StreamAcks() {
  return {"animate_stream_acks_total",
          "Acknowledgements of frames.",
          {},
          Single(),
          {}};
}

MetricInfo StreamLagFrames() {
  return {"animate_stream_lag_frames",
          "Finished frames waiting behind the one being sent.",
          {},
          Single(),
          {0, 1, 2, 5, 10, 20, 50, 100, 300}};
}

MetricInfo StreamsClosed() {
  return {"animate_stream_closed_total",
          "Animate and StreamFrames streams that have ended, by reason.",
          {"reason"},
          Each({"done", "client_cancel", "deadline", "slow_consumer",
                "transport", "drain", "unauthenticated"}),
          {}};
}

// Names and labels of gRFC A66, so that gRPC's own OpenTelemetry plugin can
// replace these.
MetricInfo GrpcCallsStarted() {
  const std::string service = "animate.v1.AnimationService/";
  return {
      "grpc_server_call_started_total",
      "RPCs that have started.",
      {"grpc_method"},
      Each({service + "Animate", service + "CreateJob", service + "GetJob",
            service + "ListJobs", service + "CancelJob", service + "DeleteJob",
            service + "StreamFrames", service + "GetServerInfo"}),
      {}};
}

MetricInfo GrpcCallDuration() {
  return {"grpc_server_call_duration_seconds",
          "Duration of RPCs.",
          {"grpc_method", "grpc_status"},
          GrpcCalls(),
          {.001, .005, .01, .025, .05, .1, .25, .5, 1, 5, 10, 30, 60, 300, 900,
           3600}};
}

MetricInfo GrpcSentBytes() {
  return {"grpc_server_call_sent_total_compressed_message_size_bytes",
          "Message bytes sent per RPC.",
          {"grpc_method", "grpc_status"},
          GrpcCalls(),
          MessageBytes()};
}

MetricInfo GrpcReceivedBytes() {
  return {"grpc_server_call_rcvd_total_compressed_message_size_bytes",
          "Message bytes received per RPC.",
          {"grpc_method", "grpc_status"},
          GrpcCalls(),
          MessageBytes()};
}

// Below a millisecond in memory, some milliseconds on a disk that syncs.
MetricInfo StoreCommitDuration() {
  return {"animate_store_commit_seconds",
          "Time until a change of a job was stored, synced to disk with a data "
          "folder.",
          {"operation"},
          Each({"insert", "state", "frame", "checkpoint", "delete"}),
          {.0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}};
}

MetricInfo StoreErrors() {
  return {"animate_store_errors_total",
          "Times that the store failed, by reason.",
          {"reason"},
          Each({"full", "sync", "corrupt", "other"}),
          {}};
}

MetricInfo TlsCertificateExpiry() {
  return {"animate_tls_certificate_expiry_timestamp_seconds",
          "Unix time at which the certificate of the gRPC port expires.",
          {},
          {},
          {}};
}

}  // namespace metric
}  // namespace animate
