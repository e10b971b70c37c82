#include "tools/model/parity.h"

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/tensor/device.h"
#include "engine/tensor/frames.h"
#include "engine/tensor/torch_status.h"
#include "tools/model/parity_golden.h"
#include "tools/model/parity_networks.h"
#include "tools/model/parity_pipeline.h"

namespace animate {
namespace {

constexpr absl::string_view kPreprocess = "preprocess";
constexpr absl::string_view kOut = "out.";

// Video networks keep frames in the batch; the reference has an axis for them.
at::Tensor AlignFrames(const at::Tensor& got, const at::Tensor& want) {
  const bool folded = got.dim() == 4 && want.dim() == 5 && want.size(2) > 0 &&
                      got.size(0) % want.size(2) == 0;
  return folded ? UnfoldFrames(got, want.size(2)) : got;
}

// One file of recorded results on its way to rows of the report.
class FileComparison {
 public:
  FileComparison(const ModelBundle& models, const GoldenData& golden,
                 const ParityOptions& options, std::string file,
                 ParityReport& report)
      : models_(models),
        golden_(golden),
        options_(options),
        file_(std::move(file)),
        report_(report) {}

  void Run() {
    const std::set<std::string> recorded = RecordedOutputs();
    const bool wanted = Matches(file_) || !recorded.empty();
    if (!wanted) return;
    if (!golden_.Describes(file_)) {
      return Fail(file_, "index.json does not describe this file");
    }
    absl::StatusOr<StateDict> tensors = golden_.Load(file_);
    if (!tensors.ok()) {
      return Fail(file_, std::string(tensors.status().message()));
    }
    tensors_ = *std::move(tensors);
    CheckListing();
    WantedOutputs present;
    for (const std::string& name : recorded) {
      if (tensors_.count(name) > 0) present.insert(Short(name));
    }
    if (present.empty()) return;
    const absl::StatusOr<ParityResults> results = Compute(present);
    if (!results.ok()) {
      return Fail(file_, std::string(results.status().message()));
    }
    for (const std::string& name : recorded) {
      if (tensors_.count(name) > 0) Compare(name, *results);
    }
  }

 private:
  bool is_preprocess() const { return file_ == kPreprocess; }
  bool is_pipeline() const { return absl::StartsWith(file_, "pipeline"); }

  std::string Short(const std::string& name) const {
    return std::string(absl::StripPrefix(name, kOut));
  }
  std::string RowName(const std::string& tensor) const {
    return absl::StrCat(file_, "/", Short(tensor));
  }
  bool Matches(const std::string& row) const {
    return absl::StrContains(row, options_.filter);
  }

  void Fail(std::string name, std::string note) {
    ParityRow row;
    row.name = std::move(name);
    row.note = std::move(note);
    report_.rows.push_back(std::move(row));
  }

  // Recorded results (not inputs) that pass the filter.
  std::set<std::string> RecordedOutputs() const {
    std::set<std::string> names;
    for (const std::string& name : golden_.TensorNames(file_)) {
      if ((is_preprocess() || absl::StartsWith(name, kOut)) &&
          Matches(RowName(name))) {
        names.insert(name);
      }
    }
    return names;
  }

  // Index and file must list the same tensors.
  void CheckListing() {
    const std::vector<std::string> names = golden_.TensorNames(file_);
    const std::set<std::string> listed(names.begin(), names.end());
    for (const std::string& name : listed) {
      if (tensors_.count(name) == 0) {
        Fail(RowName(name), "index.json lists it, the file does not hold it");
      }
    }
    for (const auto& [name, tensor] : tensors_) {
      if (listed.count(name) == 0) {
        Fail(RowName(name), "the file holds it, index.json does not list it");
      }
    }
  }

  absl::StatusOr<ParityResults> Compute(const WantedOutputs& wanted) {
    return CallTorch(file_, [&]() -> absl::StatusOr<ParityResults> {
      if (is_preprocess()) return RunPreprocess(golden_, tensors_, wanted);
      if (!is_pipeline()) return RunNetwork(models_, file_, tensors_, wanted);
      ANIMATE_ASSIGN_OR_RETURN(
          const PipelineRun run,
          golden_.DescribeRun(file_, tensors_, models_.info.size_multiple));
      PipelineOptions pipeline;
      pipeline.skip_window_average_without_guidance =
          options_.count_division_bug != CountDivisionBug::kOff;
      if (run.guidance_scale <= 1.0 && run.num_frames > run.context_frames) {
        note_ = pipeline.skip_window_average_without_guidance
                    ? "with the reference's count division bug"
                    : "without the reference's count division bug";
      }
      return RunPipeline(models_, golden_, run, tensors_, wanted, pipeline);
    });
  }

  void Compare(const std::string& name, const ParityResults& results) {
    const auto found = results.find(Short(name));
    if (found == results.end()) {
      if (is_preprocess() && absl::StartsWith(name, "full.")) {
        ParityRow row;
        row.name = RowName(name);
        row.outcome = ParityOutcome::kSkip;
        row.note = "../../real/anyone-2.png is not there";
        report_.rows.push_back(std::move(row));
        return;
      }
      return Fail(RowName(name), "nothing here computes it");
    }
    const at::Tensor& want = tensors_.at(name);
    std::string note = note_;
    const Tolerance tolerance = ToleranceOf(name, want, note);
    ParityRow row = CompareTensors(
        RowName(name), AlignFrames(found->second, want), want, tolerance);
    if (row.note.empty()) row.note = note;
    report_.rows.push_back(std::move(row));
  }

  Tolerance ToleranceOf(const std::string& name, const at::Tensor& want,
                        std::string& note) const {
    if (const auto tolerance = golden_.FindTolerance(file_, name)) {
      return *tolerance;
    }
    if (is_preprocess() || !want.is_floating_point()) return {0.0, 0.0};
    note = "no tolerance recorded";
    const double largest = want.abs().max().item<double>();
    return {.max_abs = 2e-5 * largest, .rms_diff_over_rms = 1e-5};
  }

  const ModelBundle& models_;
  const GoldenData& golden_;
  const ParityOptions& options_;
  const std::string file_;
  ParityReport& report_;
  StateDict tensors_;
  std::string note_;
};

}  // namespace

absl::StatusOr<ParityReport> RunParity(const ParityOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const GoldenData golden,
                           GoldenData::Open(options.golden_dir));
  ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                           ParseDevice(options.device));
  ANIMATE_ASSIGN_OR_RETURN(const c10::ScalarType dtype,
                           ParseDtype(options.dtype, device));
  ANIMATE_ASSIGN_OR_RETURN(
      const ModelBundle models,
      LoadModelBundle(options.model_dir, {.device = device, .dtype = dtype}));
  const c10::InferenceMode inference_mode;
  ParityReport report;
  for (const std::string& file : golden.files()) {
    FileComparison(models, golden, options, file, report).Run();
  }
  return report;
}

}  // namespace animate
