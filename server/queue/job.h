#ifndef ANIMATE_SERVER_QUEUE_JOB_H_
#define ANIMATE_SERVER_QUEUE_JOB_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/animation/animation_spec.h"
#include "engine/base/cancellation.h"
#include "engine/pose/pose_sequence.h"
#include "engine/pose/retarget.h"

namespace animate {

enum class OutputFormat { kJpeg, kPng, kWebp, kRawRgb8 };
enum class Priority { kInteractive, kNormal, kBatch };

enum class PoseKind {
  kImages,        // drawn skeletons, a picture each
  kVideo,         // drawn skeletons, a clip
  kKeypoints,     // the motion itself
  kDrivingVideo,  // a clip of a real person
};

// "images", "video", "keypoints", "driving_video": for logs.
absl::string_view PoseKindName(PoseKind kind);

// Order of the colour channels in drawn skeletons.
enum class SkeletonChannels { kRgb, kBgrSwapped, kAuto };

enum class JobState {
  kPending,
  kRunning,
  kCancelling,
  kSucceeded,
  kFailed,
  kCancelled,
  kExpired,
};

// Whether a job in `state` will not change any more.
bool IsTerminal(JobState state);

// "pending", "running", …: for logs and metrics.
absl::string_view JobStateName(JobState state);

// "interactive", "normal", "batch": for logs and metrics.
absl::string_view PriorityName(Priority priority);

enum class JobStage { kQueued, kPreparing, kDenoising, kDecoding };

// How the driving motion is to be fitted to the reference's body.
struct RetargetSpec {
  RetargetOptions options;

  // Whether the caller chose options.mode. If not, a reference whose pose
  // cannot be had means that the motion is used as it is.
  bool mode_named = false;

  // The reference's own pose; unset: to be found in the reference picture. In
  // pixels of that picture, or with `reference_normalized` in parts of its
  // width and height.
  std::optional<PersonPose> reference_pose;
  bool reference_normalized = false;
};

// What became of a RetargetSpec.
struct RetargetOutcome {
  RetargetMode mode = RetargetMode::kNone;  // as it was done
  bool reference_detected = false;          // found, not sent
  RetargetReport report;
};

// What becomes of a job whose last reader has left.
enum class OnDisconnect { kCancel, kDetach };

// How a request is told from others and from its own repetition.
struct RequestIdentity {
  std::string principal;  // who asked; "" when nobody was asked
  std::string id;         // chosen by the caller; "" for none
  // Of everything the caller asked for, inputs included: a repetition has the
  // same one. Needed with an id.
  std::string digest;
};

// A validated request, apart from its (still encoded) pictures.
struct JobSpec {
  AnimationSpec animation;
  OutputFormat output_format = OutputFormat::kJpeg;
  int quality = 90;  // JPEG and WebP, [1, 100]
  Priority priority = Priority::kNormal;
  absl::Duration queue_timeout = absl::InfiniteDuration();      // start by
  absl::Duration execution_timeout = absl::InfiniteDuration();  // once started
  OnDisconnect on_disconnect = OnDisconnect::kCancel;
  absl::Duration disconnect_grace;  // before on_disconnect applies
  // How long the caller would like to find the job once it has ended.
  absl::Duration ttl = absl::InfiniteDuration();
  std::map<std::string, std::string> labels;
  std::string model;  // ModelInfo.name of the model that was asked for
  std::optional<RetargetSpec> retarget;  // unset: the motion as it is
  RequestIdentity request;
};

// The uploaded bytes: pictures and clips undecoded, keypoints checked.
struct EncodedInputs {
  std::string reference;  // PNG, JPEG or WebP
  PoseKind pose_kind = PoseKind::kImages;
  SkeletonChannels channels = SkeletonChannels::kRgb;
  // kImages: one encoded picture per frame; kVideo, kDrivingVideo: exactly one
  // clip; kKeypoints: none.
  std::vector<std::string> poses;
  // kKeypoints: valid, as many frames as the job has.
  PoseSequence keypoints;

  int64_t bytes() const;
};

struct JobProgress {
  JobStage stage = JobStage::kQueued;
  int step = 0;  // denoising steps done
  int steps = 0;
  int frames_done = 0;
  int frames_total = 0;
  int queue_position = 0;  // 0: not waiting; 1: next
  std::optional<absl::Duration> eta;
};

// One finished picture, encoded once.
struct EncodedFrame {
  int index = 0;
  OutputFormat format = OutputFormat::kJpeg;
  int width = 0;
  int height = 0;
  std::shared_ptr<const std::string> data;
  uint32_t crc32c = 0;  // of *data
};

struct JobUsage {
  absl::Duration device_time;  // during which a device worked for the job
  absl::Duration wasted_device_time;  // of that, spent on work thrown away

  friend JobUsage operator+(const JobUsage& a, const JobUsage& b) {
    return {a.device_time + b.device_time,
            a.wasted_device_time + b.wasted_device_time};
  }
};

// A copy of what is known about a job at one moment; for GetJob and ListJobs.
struct JobSnapshot {
  std::string name;       // "jobs/{uuid4}"
  std::string principal;  // whose it is; "" when nobody was asked
  JobState state = JobState::kPending;
  std::shared_ptr<const JobSpec> spec;
  JobProgress progress;
  int attempt = 0;     // how often it was started
  int generation = 1;  // version of its frames
  int frames = 0;      // frames [0, frames) can be read
  absl::Status error;  // OK unless failed, cancelled or expired
  absl::Time create_time;
  std::optional<absl::Time> start_time;
  std::optional<absl::Time> end_time;
  std::optional<absl::Time> expire_time;  // when the record is forgotten
  uint64_t revision = 0;                  // changes with every change; the etag
  JobUsage usage;
  std::shared_ptr<const RetargetOutcome> retarget;  // null: none, or not yet
};

// Hears what becomes of one job: any number of OnProgress, OnFrame and OnReset,
// then exactly one OnFinished, last, unless it is detached before. Calls come
// one at a time, from the thread of a worker or of whoever cancelled; no lock
// of the caller is held. They must return at once: a slow network must never
// hold a worker.
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  virtual void OnProgress(const JobProgress& progress) = 0;
  virtual void OnFrame(const EncodedFrame& frame) = 0;
  // The frames heard of are void: those that follow, from the first one on, are
  // of job.generation. Not often: what an earlier process began cannot be
  // continued.
  virtual void OnReset(const JobSnapshot& /*job*/) {}
  // `job` is terminal; job.error says why when it did not succeed. Or it is
  // not: job.error is UNAVAILABLE, reason DRAINING, and the job goes on when
  // the server does.
  virtual void OnFinished(const JobSnapshot& job) = 0;
};

// What is needed to go on with a job in the middle.
struct JobCheckpoint {
  int generation = 1;
  int step = 0;  // denoising steps done; all of them: only decoding is left
  // What made it: anything else must not continue.
  std::string fingerprint;
  std::string data;  // opaque to the store
};

// What earlier attempts, which their process did not survive or end, have left
// of a job.
struct EarlierWork {
  std::optional<JobCheckpoint> checkpoint;
  int frames = 0;  // frames [0, frames) are stored; 0 without a checkpoint
  JobUsage usage;  // of them all
};

// A job on its way through queue and worker.
struct Job {
  std::string name;
  std::shared_ptr<const JobSpec> spec;
  EncodedInputs inputs;
  std::shared_ptr<CancellationToken> token;
  bool durable = false;  // whether checkpoints are of any use
  EarlierWork earlier;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_H_
