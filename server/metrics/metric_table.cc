#include "server/metrics/metric_table.h"

namespace animate {
namespace {

Buckets JobSeconds() {
  return {.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600};
}

Buckets QueueSeconds() {
  return {.01, .05, .1, .5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800};
}

Buckets StageSeconds() {
  return {.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800};
}

}  // namespace

const std::vector<std::string>& PriorityLabels() {
  static const auto* const labels =
      new std::vector<std::string>{"interactive", "normal", "batch"};
  return *labels;
}

const std::vector<std::string>& RejectReasonLabels() {
  static const auto* const labels = new std::vector<std::string>{
      "queue_full",        "spool_full",      "deadline", "quota",
      "invalid",           "unauthenticated", "draining", "not_ready",
      "request_id_reused", "store_failed"};
  return *labels;
}

const std::vector<LabelValues>& FinishedLabels() {
  static const auto* const labels =
      new std::vector<LabelValues>{{"succeeded", "none"},
                                   {"failed", "invalid_input"},
                                   {"failed", "gpu_oom"},
                                   {"failed", "nan_output"},
                                   {"failed", "device_lost"},
                                   {"failed", "internal"},
                                   {"failed", "poisoned"},
                                   {"failed", "spool_full"},
                                   {"failed", "store_failed"},
                                   {"failed", "store_corrupt"},
                                   {"failed", "other"},
                                   {"cancelled", "cancelled"},
                                   {"cancelled", "disconnected"},
                                   {"cancelled", "deadline"},
                                   {"cancelled", "slow_consumer"},
                                   {"cancelled", "draining"},
                                   {"cancelled", "other"},
                                   {"expired", "queue_timeout"},
                                   {"expired", "deadline"},
                                   {"expired", "other"}};
  return *labels;
}

namespace metric {

MetricInfo JobsSubmitted() {
  return {"animate_jobs_submitted_total",
          "Jobs that clients asked for, rejected ones included.",
          {},
          Single(),
          {}};
}

MetricInfo JobsRejected() {
  return {"animate_jobs_rejected_total",
          "Jobs that were refused, by reason.",
          {"reason"},
          Each(RejectReasonLabels()),
          {}};
}

MetricInfo JobsFinished() {
  return {"animate_jobs_finished_total",
          "Accepted jobs that have ended, by final state and reason.",
          {"state", "reason"},
          FinishedLabels(),
          {}};
}

MetricInfo JobsWaiting() {
  return {"animate_jobs_waiting",
          "Jobs waiting for a device.",
          {"priority"},
          Each(PriorityLabels()),
          {}};
}

MetricInfo JobsRunning() {
  return {"animate_jobs_running", "Jobs on a device.", {}, Single(), {}};
}

MetricInfo QueueOldestSubmitTimestamp() {
  return {"animate_queue_oldest_submit_timestamp_seconds",
          "Unix time at which the oldest waiting job was submitted; 0 when "
          "none waits.",
          {},
          Single(),
          {}};
}

MetricInfo EstimatedBacklog() {
  return {"animate_estimated_backlog_seconds",
          "Predicted device seconds of all jobs waiting and running.",
          {},
          Single(),
          {}};
}

// One series each: "ram", or "disk" with a data folder.
MetricInfo SpoolBytes() {
  return {"animate_spool_bytes",
          "Bytes of inputs, frames and checkpoints that are kept.",
          {"tier"},
          {},
          {}};
}

MetricInfo SpoolReservedBytes() {
  return {"animate_spool_reserved_bytes",
          "Bytes promised to accepted jobs for inputs and frames, including "
          "animate_spool_bytes.",
          {"tier"},
          {},
          {}};
}

MetricInfo SpoolCapacityBytes() {
  return {"animate_spool_capacity_bytes",
          "Bytes that may be promised to jobs.",
          {"tier"},
          {},
          {}};
}

MetricInfo GpuMemory() {
  return {"animate_gpu_memory_bytes",
          "Memory of a GPU: all of it (total), what is not free (used), what "
          "tensors hold (allocated), what is kept for them (reserved).",
          {"device", "kind"},
          {},
          {}};
}

MetricInfo ReferenceCacheHits() {
  return {"animate_reference_cache_hits_total",
          "Jobs whose reference a device knew from an earlier job.",
          {"device"},
          {},
          {}};
}

MetricInfo ReferenceCacheMisses() {
  return {"animate_reference_cache_misses_total",
          "Jobs whose reference had to be prepared.",
          {"device"},
          {},
          {}};
}

MetricInfo ReferenceCacheBytes() {
  return {"animate_reference_cache_bytes",
          "Device memory held for references of earlier jobs.",
          {"device"},
          {},
          {}};
}

MetricInfo JobSlots() {
  return {"animate_job_slots", "Jobs that can run at once.", {}, Single(), {}};
}

MetricInfo QueueWait() {
  return {"animate_queue_wait_seconds",
          "Time from submission until a device took the job.",
          {"priority"},
          Each(PriorityLabels()),
          QueueSeconds()};
}

MetricInfo TimeToFirstFrame() {
  return {"animate_time_to_first_frame_seconds",
          "Time from submission to the first encoded frame.",
          {},
          Single(),
          JobSeconds()};
}

MetricInfo JobDuration() {
  return {"animate_job_duration_seconds",
          "Time from submission to the end of the job.",
          {"state"},
          Each({"succeeded", "failed", "cancelled", "expired"}),
          JobSeconds()};
}

MetricInfo JobsRecovered() {
  return {"animate_jobs_recovered_total",
          "Unfinished jobs that an earlier process left, by what was to become "
          "of them.",
          {"outcome"},
          Each({"waits", "resumes", "restarts", "poisoned", "cancelled",
                "damaged"}),
          {}};
}

MetricInfo JobsResumed() {
  return {"animate_jobs_resumed_total",
          "Jobs with a checkpoint of an earlier process that a worker took, by "
          "whether it could go on from there.",
          {"result"},
          Each({"continued", "started_over"}),
          {}};
}

MetricInfo RealtimeFactor() {
  return {"animate_realtime_factor",
          "Device seconds per second of finished clip.",
          {},
          Single(),
          {.1, .25, .5, .75, .9, 1, 1.25, 1.5, 2, 5, 10, 20, 50}};
}

MetricInfo StageDuration() {
  return {"animate_stage_duration_seconds",
          "Time a job spent in one stage.",
          {"stage"},
          Each({"ingest", "input_decode", "tracking", "pose", "clip",
                "vae_encode", "reference", "denoise", "vae_decode", "encode"}),
          StageSeconds()};
}

MetricInfo DenoiseStep() {
  return {"animate_denoise_step_seconds",
          "Time of one denoising step, complete on the device.",
          {},
          Single(),
          {.01, .025, .05, .1, .2, .3, .5, .75, 1, 2, 5, 10}};
}

MetricInfo FramesGenerated() {
  return {"animate_frames_generated_total",
          "Frames made and encoded.",
          {},
          Single(),
          {}};
}

MetricInfo FramesDelivered() {
  return {"animate_frames_delivered_total",
          "Frames handed to the transport.",
          {},
          Single(),
          {}};
}

MetricInfo CancelLatency() {
  return {"animate_cancel_latency_seconds",
          "Time from the request to stop a running job until its device was "
          "free.",
          {"phase"},
          Each({"preparing", "denoising", "decoding"}),
          {.005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10}};
}

MetricInfo GpuSeconds() {
  return {"animate_gpu_seconds_total",
          "Seconds during which devices worked for jobs.",
          {},
          Single(),
          {}};
}

MetricInfo GpuWastedSeconds() {
  return {"animate_gpu_wasted_seconds_total",
          "Of those, seconds spent on work that was thrown away.",
          {"reason"},
          Each({"cancelled", "disconnected", "expired", "failed", "lost"}),
          {}};
}

MetricInfo GpuOom() {
  return {"animate_gpu_oom_total",
          "Jobs that failed because device memory ran out.",
          {},
          Single(),
          {}};
}

MetricInfo NanOutputs() {
  return {"animate_nan_outputs_total",
          "Jobs that failed because the result was not finite.",
          {},
          Single(),
          {}};
}

MetricInfo Ready() {
  return {"animate_ready",
          "1 while the server accepts and runs jobs.",
          {},
          Single(),
          {}};
}

MetricInfo Draining() {
  return {"animate_draining",
          "1 once the server has begun to shut down.",
          {},
          Single(),
          {}};
}

MetricInfo ModelLoadDuration() {
  return {"animate_model_load_duration_seconds",
          "Time it took to load and warm up the model.",
          {},
          Single(),
          {}};
}

MetricInfo ModelInfoMetric() {
  return {"animate_model_info",
          "1; the labels say which model runs on which device.",
          {"model", "sha256", "device", "dtype"},
          {},
          {}};
}

MetricInfo BuildInfo() {
  return {"animate_build_info",
          "1; the labels say what is running.",
          {"version", "commit", "libtorch", "cuda"},
          {},
          {}};
}

}  // namespace metric
}  // namespace animate
