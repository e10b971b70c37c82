#include "client/retarget_text.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace animate {

std::string RetargetText(const v1::RetargetReport& report) {
  const std::string mode = absl::AsciiStrToLower(absl::StripPrefix(
      v1::RetargetOptions::Mode_Name(report.mode()), "MODE_"));
  std::string text;
  if (report.mode() == v1::RetargetOptions::MODE_NONE) {
    text = "motion not fitted: used as it is";
  } else {
    text = absl::StrFormat(
        "motion fitted: %s, scale %.2f about %s, anchor frame %d%s\n"
        "  reference  %s",
        mode, report.global_scale(), report.root(), report.anchor_frame(),
        report.ground_locked() ? ", feet kept on the ground" : "",
        report.reference_detected() ? "found in its picture"
                                    : "as it was given");
  }
  const char* separator = "\n  ratios     ";
  const std::map<std::string, float> by_name(report.ratio().begin(),
                                             report.ratio().end());
  for (const auto& [name, ratio] : by_name) {
    const bool clamped =
        std::find(report.clamped().begin(), report.clamped().end(), name) !=
        report.clamped().end();
    absl::StrAppendFormat(&text, "%s%s %.2f%s", separator, name, ratio,
                          clamped ? " (clamped)" : "");
    separator = ", ";
  }
  if (report.outside() > 0.0f) {
    absl::StrAppendFormat(&text, "\n  outside    %.0f %% of the joints",
                          100.0f * report.outside());
  }
  for (const std::string& warning : report.warnings()) {
    absl::StrAppendFormat(&text, "\n  note       %s", warning);
  }
  return text;
}

}  // namespace animate
