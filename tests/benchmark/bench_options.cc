#include "tests/benchmark/bench_options.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace animate {

absl::string_view BenchPartName(BenchPart part) {
  switch (part) {
    case BenchPart::kClip:
      return "clip";
    case BenchPart::kVaeEncode:
      return "vae-encode";
    case BenchPart::kReference:
      return "reference";
    case BenchPart::kStep:
      return "step";
    case BenchPart::kVaeDecode:
      return "vae-decode";
    case BenchPart::kJob:
      return "job";
  }
  return "";
}

std::vector<BenchPart> AllBenchParts() {
  return {BenchPart::kClip, BenchPart::kVaeEncode, BenchPart::kReference,
          BenchPart::kStep, BenchPart::kVaeDecode, BenchPart::kJob};
}

absl::StatusOr<BenchPart> ParseBenchPart(absl::string_view name) {
  for (const BenchPart part : AllBenchParts()) {
    if (BenchPartName(part) == name) return part;
  }
  const auto append = [](std::string* out, BenchPart part) {
    absl::StrAppend(out, BenchPartName(part));
  };
  return absl::InvalidArgumentError(
      absl::StrCat("no part is called \"", name, "\"; there are ",
                   absl::StrJoin(AllBenchParts(), ", ", append)));
}

}  // namespace animate
