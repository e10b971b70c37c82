#ifndef ANIMATE_ENGINE_DATASET_FORMAT_CHECK_H_
#define ANIMATE_ENGINE_DATASET_FORMAT_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/dataset/training_clip.h"

namespace animate {

// Returns OK when low <= value <= high; INVALID_ARGUMENT with the field, the
// value and the limits otherwise, also for NaN.
absl::Status CheckOption(absl::string_view field, double value, double low,
                         double high);

// Returns OK when the sides are in [32, 2048] and frames in [1, 1000].
absl::Status CheckClipFormat(const ClipFormat& format);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_FORMAT_CHECK_H_
