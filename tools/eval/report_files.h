#ifndef ANIMATE_TOOLS_EVAL_REPORT_FILES_H_
#define ANIMATE_TOOLS_EVAL_REPORT_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/animation/image.h"
#include "nlohmann/json.hpp"

namespace animate {

// Where a report goes; "" where it is not wanted.
struct ReportFiles {
  std::string json;
  std::string markdown;
  std::string sheet;  // PNG
};

struct Report {
  nlohmann::json json;
  std::string markdown;
  RgbImage sheet;  // may be empty: then no file is written
};

// Whether the folders of all files are there: asked before hours of work.
// NOT_FOUND naming the first that is not.
absl::Status CheckReportFiles(const ReportFiles& files);

// Writes what is wanted; each file appears when it is complete. UNAVAILABLE or
// the errors of AtomicFile; INTERNAL when the report holds a number that is not
// finite, which JSON cannot say.
absl::Status WriteReport(const Report& report, const ReportFiles& files);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_REPORT_FILES_H_
