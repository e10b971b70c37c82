#include "server/metrics/prometheus_recorder.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace animate {
namespace {

// The value of one series; -1 when it is not there.
double Value(const std::string& text, const std::string& series) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, series + " ")) continue;
    double value = -1;
    if (absl::SimpleAtod(line.substr(series.size() + 1), &value)) return value;
  }
  return -1;
}

// Sum of all series of one metric.
double Sum(const std::string& text, const std::string& name) {
  double sum = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, name + "{") &&
        !absl::StartsWith(line, name + " ")) {
      continue;
    }
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    double value = 0;
    if (absl::SimpleAtod(words.back(), &value)) sum += value;
  }
  return sum;
}

// The metrics of serving section 3.5 that exist so far.
TEST(PrometheusRecorderTest, EverySeriesIsThereFromTheStart) {
  const PrometheusRecorder recorder({});
  const std::string text = recorder.Render();
  for (const char* series :
       {"animate_jobs_submitted_total",
        "animate_jobs_rejected_total{reason=\"queue_full\"}",
        "animate_jobs_rejected_total{reason=\"invalid\"}",
        "animate_jobs_rejected_total{reason=\"not_ready\"}",
        "animate_jobs_rejected_total{reason=\"draining\"}",
        "animate_stage_duration_seconds_count{stage=\"tracking\"}",
        "animate_jobs_finished_total{state=\"succeeded\",reason=\"none\"}",
        "animate_jobs_finished_total{state=\"cancelled\",reason=\"disconnected"
        "\"}",
        "animate_jobs_waiting{priority=\"batch\"}",
        "animate_jobs_running",
        "animate_job_slots",
        "animate_queue_oldest_submit_timestamp_seconds",
        "animate_estimated_backlog_seconds",
        "animate_queue_wait_seconds_count{priority=\"interactive\"}",
        "animate_time_to_first_frame_seconds_count",
        "animate_job_duration_seconds_count{state=\"expired\"}",
        "animate_realtime_factor_count",
        "animate_stage_duration_seconds_count{stage=\"ingest\"}",
        "animate_stage_duration_seconds_count{stage=\"denoise\"}",
        "animate_denoise_step_seconds_count",
        "animate_frames_generated_total",
        "animate_frames_delivered_total",
        "animate_cancel_latency_seconds_count{phase=\"denoising\"}",
        "animate_gpu_seconds_total",
        "animate_gpu_wasted_seconds_total{reason=\"disconnected\"}",
        "animate_gpu_oom_total",
        "animate_nan_outputs_total",
        "animate_streams_open",
        "animate_streams_opened_total",
        "animate_stream_resumes_total",
        "animate_stream_acks_total",
        "animate_store_commit_seconds_count{operation=\"checkpoint\"}",
        "animate_store_errors_total{reason=\"sync\"}",
        "animate_stream_lag_frames_count",
        "animate_stream_closed_total{reason=\"transport\"}",
        "animate_spool_bytes{tier=\"ram\"}",
        "animate_spool_reserved_bytes{tier=\"ram\"}",
        "animate_spool_capacity_bytes{tier=\"ram\"}",
        "animate_ready",
        "animate_draining",
        "animate_model_load_duration_seconds",
        "grpc_server_call_started_total{grpc_method=\"animate.v1."
        "AnimationService/Animate\"}",
        "grpc_server_call_duration_seconds_count{grpc_method=\"animate.v1."
        "AnimationService/GetJob\",grpc_status=\"OK\"}"}) {
    EXPECT_EQ(Value(text, series), 0) << series;
  }
  for (const char* series :
       {"process_cpu_seconds_total", "process_resident_memory_bytes",
        "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    EXPECT_GT(Value(text, series), 0) << series;
  }
}

TEST(PrometheusRecorderTest, CountsWhatHappens) {
  PrometheusRecorder recorder({});
  recorder.StreamOpened();
  recorder.StreamOpened();
  recorder.StreamClosed(StreamCloseReason::kClientCancel);
  recorder.StreamResumed();
  recorder.FramesAcknowledged();
  recorder.FrameDelivered(3);
  recorder.StoreCommitted(StoreCommit::kFrame, absl::Milliseconds(4));
  recorder.StoreFailed(StoreFault::kFull);
  recorder.QueueWait("normal", absl::Milliseconds(70));
  recorder.CancelLatency(CancelPhase::kDecoding, absl::Milliseconds(20));
  recorder.DeviceTime(absl::Seconds(2));
  recorder.DeviceTimeWasted(WasteReason::kFailed, absl::Seconds(1));
  recorder.JobFinished("failed", absl::Seconds(9));
  recorder.PhaseFinished(JobPhase::kVaeDecode, absl::Seconds(3));
  recorder.SetReady(true);
  recorder.SetJobSlots(2);
  const std::string text = recorder.Render();
  EXPECT_EQ(Value(text, "animate_streams_open"), 1);
  EXPECT_EQ(
      Value(text, "animate_stream_closed_total{reason=\"client_cancel\"}"), 1);
  EXPECT_EQ(Value(text, "animate_streams_opened_total"), 2);
  EXPECT_EQ(Value(text, "animate_stream_resumes_total"), 1);
  EXPECT_EQ(Value(text, "animate_stream_acks_total"), 1);
  EXPECT_EQ(Value(text,
                  "animate_store_commit_seconds_bucket{operation=\"frame\",le="
                  "\"0.005\"}"),
            1);
  EXPECT_EQ(Value(text, "animate_store_errors_total{reason=\"full\"}"), 1);
  EXPECT_EQ(Value(text, "animate_frames_delivered_total"), 1);
  EXPECT_EQ(Value(text, "animate_stream_lag_frames_bucket{le=\"2\"}"), 0);
  EXPECT_EQ(Value(text, "animate_stream_lag_frames_bucket{le=\"5\"}"), 1);
  EXPECT_EQ(Value(text,
                  "animate_queue_wait_seconds_bucket{priority=\"normal\",le="
                  "\"0.1\"}"),
            1);
  EXPECT_EQ(
      Value(text, "animate_cancel_latency_seconds_sum{phase=\"decoding\"}"),
      0.02);
  EXPECT_EQ(Value(text, "animate_gpu_seconds_total"), 2);
  EXPECT_EQ(Value(text, "animate_gpu_wasted_seconds_total{reason=\"failed\"}"),
            1);
  EXPECT_EQ(Value(text, "animate_job_duration_seconds_sum{state=\"failed\"}"),
            9);
  EXPECT_EQ(
      Value(text, "animate_stage_duration_seconds_sum{stage=\"vae_decode\"}"),
      3);
  EXPECT_EQ(Value(text, "animate_ready"), 1);
  EXPECT_EQ(Value(text, "animate_job_slots"), 2);
}

TEST(PrometheusRecorderTest, CountsEachKindOfRefusal) {
  PrometheusRecorder recorder({});
  const std::pair<RejectReason, std::string> reasons[] = {
      {RejectReason::kInvalid, "invalid"},
      {RejectReason::kDeadline, "deadline"},
      {RejectReason::kQuota, "quota"},
      {RejectReason::kUnauthenticated, "unauthenticated"},
      {RejectReason::kNotReady, "not_ready"},
      {RejectReason::kDraining, "draining"},
      {RejectReason::kSpoolFull, "spool_full"}};
  for (const auto& [reason, label] : reasons) recorder.JobRejected(reason);
  const std::string text = recorder.Render();
  for (const auto& [reason, label] : reasons) {
    EXPECT_EQ(
        Value(text, "animate_jobs_rejected_total{reason=\"" + label + "\"}"), 1)
        << label;
  }
  EXPECT_EQ(Sum(text, "animate_jobs_submitted_total"), 7);
}

TEST(PrometheusRecorderTest, PublishesTheMemoryOfDevicesOnce) {
  PrometheusRecorder recorder({});
  EXPECT_EQ(recorder.Render().find("animate_gpu_memory_bytes"),
            std::string::npos)
      << "no series without a GPU";
  recorder.SetDeviceMemory([] {
    const DeviceMemory memory{.total_bytes = 40,
                              .used_bytes = 30,
                              .allocated_bytes = 10,
                              .reserved_bytes = 20};
    return std::vector<DeviceMemoryReading>{{"cuda:0", memory},
                                            {"cuda:0", memory}};
  });
  const std::string text = recorder.Render();
  const std::string name = "animate_gpu_memory_bytes{device=\"cuda:0\",kind=\"";
  EXPECT_EQ(Value(text, name + "total\"}"), 40);
  EXPECT_EQ(Value(text, name + "used\"}"), 30);
  EXPECT_EQ(Value(text, name + "allocated\"}"), 10);
  EXPECT_EQ(Value(text, name + "reserved\"}"), 20);
  EXPECT_EQ(Sum(text, "animate_gpu_memory_bytes"), 100);
}

TEST(PrometheusRecorderTest, PublishesTheUseOfReferenceCachesPerDevice) {
  PrometheusRecorder recorder({});
  EXPECT_FALSE(absl::StrContains(recorder.Render(), "animate_reference_cache"));
  recorder.SetReferenceCaches([] {
    const ReferenceCacheStats stats = {.hits = 3, .misses = 2, .bytes = 100};
    return std::vector<ReferenceCacheReading>{
        {"cpu", stats}, {"cuda:0", stats}, {"cuda:0", stats}};
  });
  const std::string text = recorder.Render();
  EXPECT_EQ(Value(text, "animate_reference_cache_hits_total{device=\"cpu\"}"),
            3);
  EXPECT_EQ(
      Value(text, "animate_reference_cache_hits_total{device=\"cuda:0\"}"), 6);
  EXPECT_EQ(Value(text, "animate_reference_cache_misses_total{device=\"cpu\"}"),
            2);
  EXPECT_EQ(Value(text, "animate_reference_cache_bytes{device=\"cuda:0\"}"),
            200);
}

TEST(PrometheusRecorderTest, SaysWhenTheCertificateExpires) {
  const std::string name = "animate_tls_certificate_expiry_timestamp_seconds";
  PrometheusRecorder recorder({});
  EXPECT_EQ(Value(recorder.Render(), name), -1) << "no certificate";
  recorder.SetCertificateExpiry(
      [] { return absl::FromUnixSeconds(2000000000); });
  EXPECT_EQ(Value(recorder.Render(), name), 2000000000);
}

TEST(PrometheusRecorderTest, SaysWhereOutputsAreKept) {
  PrometheusRecorder recorder({});
  recorder.SetJobAccounting([] {
    JobAccounting books;
    books.output_tier = "disk";
    books.output_bytes = 5;
    return books;
  });
  const std::string text = recorder.Render();
  EXPECT_EQ(Value(text, "animate_spool_bytes{tier=\"disk\"}"), 5);
  EXPECT_EQ(Value(text, "animate_spool_bytes{tier=\"ram\"}"), -1);
}

TEST(PrometheusRecorderTest, PublishesTheBooksOfTheQueueAndItsOwnRefusals) {
  PrometheusRecorder recorder({});
  recorder.SetJobAccounting([] {
    JobAccounting books;
    books.submitted = 10;
    books.rejected = {{"queue_full", 2}};
    books.waiting = {{"normal", 1}, {"batch", 1}};
    books.running = 1;
    books.finished = {{{"succeeded", "none"}, 3}, {{"failed", "strange"}, 2}};
    books.oldest_submit_time = absl::FromUnixSeconds(1000);
    books.estimated_backlog = absl::Seconds(33);
    return books;
  });
  recorder.JobRejected(RejectReason::kInvalid);
  const std::string text = recorder.Render();
  EXPECT_EQ(Sum(text, "animate_jobs_submitted_total"), 11);
  EXPECT_EQ(Value(text, "animate_jobs_rejected_total{reason=\"invalid\"}"), 1);
  EXPECT_EQ(Value(text,
                  "animate_jobs_finished_total{state=\"failed\",reason="
                  "\"other\"}"),
            2);
  EXPECT_EQ(Value(text, "animate_queue_oldest_submit_timestamp_seconds"), 1000);
  EXPECT_EQ(Value(text, "animate_estimated_backlog_seconds"), 33);
  EXPECT_EQ(Sum(text, "animate_jobs_submitted_total"),
            Sum(text, "animate_jobs_rejected_total") +
                Sum(text, "animate_jobs_waiting") +
                Sum(text, "animate_jobs_running") +
                Sum(text, "animate_jobs_finished_total"));
}

TEST(PrometheusRecorderTest, MethodsThatDoNotExistShareOneSeries) {
  PrometheusRecorder recorder({});
  recorder.RpcStarted("made.up/A");
  recorder.RpcStarted("made.up/B");
  recorder.RpcFinished("made.up/A", "UNIMPLEMENTED", absl::Seconds(1), 0, 0);
  const std::string text = recorder.Render();
  EXPECT_EQ(
      Value(text, "grpc_server_call_started_total{grpc_method=\"other\"}"), 2);
  EXPECT_FALSE(absl::StrContains(text, "made.up"));
}

TEST(PrometheusRecorderTest, SaysWhatRuns) {
  PrometheusRecorder recorder(
      {.version = "1.2.3", .commit = "abc", .libtorch = "2", .cuda = "none"});
  ModelInfo model;
  model.name = "tiny";
  model.digest = "d1";
  model.device = "cpu";
  model.dtype = "float32";
  recorder.AddModel(model);
  const std::string text = recorder.Render();
  EXPECT_EQ(Value(text,
                  "animate_build_info{commit=\"abc\",cuda=\"none\",libtorch="
                  "\"2\",version=\"1.2.3\"}"),
            1);
  EXPECT_EQ(Value(text,
                  "animate_model_info{device=\"cpu\",dtype=\"float32\",model="
                  "\"tiny\",sha256=\"d1\"}"),
            1);
}

TEST(PrometheusRecorderTest, EachMetricIsDescribedOnce) {
  const PrometheusRecorder recorder({});
  const std::string text = recorder.Render();
  std::set<std::string> described;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "# TYPE ")) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    EXPECT_TRUE(described.insert(words[2]).second) << words[2];
  }
  EXPECT_GT(described.size(), 30u);
}

TEST(PrometheusRecorderTest, PromtoolFindsNothingToComplainAbout) {
  const std::string promtool = ANIMATE_PROMTOOL;
  if (promtool.empty()) GTEST_SKIP() << "promtool is not installed";
  PrometheusRecorder recorder({.version = "1"});
  recorder.AddModel(ModelInfo());
  const std::string path =
      (std::filesystem::path(testing::TempDir()) / "exposition.txt").string();
  std::ofstream(path) << recorder.Render();
  FILE* pipe = popen(
      absl::StrCat(promtool, " check metrics < ", path, " 2>&1").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    output += static_cast<char>(c);
  }
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(output, "");
}

}  // namespace
}  // namespace animate
