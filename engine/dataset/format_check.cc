#include "engine/dataset/format_check.h"

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {

absl::Status CheckOption(absl::string_view field, double value, double low,
                         double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(
      field, absl::StrCat("must be ", low, " to ", high, ", got ", value));
}

absl::Status CheckClipFormat(const ClipFormat& format) {
  ANIMATE_RETURN_IF_ERROR(CheckOption("width", format.width, 32, 2048));
  ANIMATE_RETURN_IF_ERROR(CheckOption("height", format.height, 32, 2048));
  return CheckOption("frames", format.frames, 1, 1000);
}

}  // namespace animate
