#include "tools/eval/report_files.h"

#include <cmath>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/weights/atomic_file.h"

namespace animate {
namespace {

absl::Status WriteWhole(const std::string& path, absl::string_view bytes) {
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(bytes.data(), bytes.size()));
  return file->Commit();
}

// Looks for numbers that are not finite. `at` says where `value` is.
absl::Status CheckFinite(const nlohmann::json& value, const std::string& at) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return absl::InternalError(absl::StrCat(at, " is not a finite number"));
  }
  if (!value.is_structured()) return absl::OkStatus();
  for (const auto& [key, inner] : value.items()) {
    ANIMATE_RETURN_IF_ERROR(CheckFinite(inner, absl::StrCat(at, "/", key)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckReportFiles(const ReportFiles& files) {
  for (const std::string& path : {files.json, files.markdown, files.sheet}) {
    if (path.empty()) continue;
    const std::filesystem::path folder =
        std::filesystem::path(path).parent_path();
    std::error_code ignored;
    if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
      return absl::NotFoundError(
          absl::StrCat(path, ": there is no folder ", folder.string()));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteReport(const Report& report, const ReportFiles& files) {
  ANIMATE_RETURN_IF_ERROR(CheckFinite(report.json, "report"));
  if (!files.json.empty()) {
    ANIMATE_RETURN_IF_ERROR(WriteWhole(files.json, report.json.dump(2) + "\n"));
  }
  if (!files.markdown.empty()) {
    ANIMATE_RETURN_IF_ERROR(WriteWhole(files.markdown, report.markdown));
  }
  if (!files.sheet.empty() && !report.sheet.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const std::string png, EncodeImage(report.sheet));
    ANIMATE_RETURN_IF_ERROR(WriteWhole(files.sheet, png));
  }
  return absl::OkStatus();
}

}  // namespace animate
