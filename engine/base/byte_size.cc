#include "engine/base/byte_size.h"

#include <array>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace animate {
namespace {

struct ByteUnit {
  const char* suffix;
  int64_t bytes;
};
constexpr std::array<ByteUnit, 4> kByteUnits = {{{"TiB", int64_t{1} << 40},
                                                 {"GiB", int64_t{1} << 30},
                                                 {"MiB", int64_t{1} << 20},
                                                 {"KiB", int64_t{1} << 10}}};

}  // namespace

std::optional<int64_t> ParseByteSize(absl::string_view text) {
  int64_t unit = 1;
  for (const ByteUnit& known : kByteUnits) {
    if (absl::ConsumeSuffix(&text, known.suffix)) {
      unit = known.bytes;
      break;
    }
  }
  int64_t count = 0;
  if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(text), &count) ||
      count <= 0 || count > std::numeric_limits<int64_t>::max() / unit) {
    return std::nullopt;
  }
  return count * unit;
}

std::string FormatByteSize(int64_t bytes) {
  for (const ByteUnit& unit : kByteUnits) {
    if (bytes % unit.bytes == 0) {
      return absl::StrCat(bytes / unit.bytes, unit.suffix);
    }
  }
  return absl::StrCat(bytes);
}

}  // namespace animate
