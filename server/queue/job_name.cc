#include "server/queue/job_name.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_format.h"

namespace animate {

std::string NewJobName() {
  std::random_device entropy;  // the kernel's generator, per call
  const auto random64 = [&entropy] {
    return uint64_t{entropy()} << 32 | entropy();
  };
  const uint64_t version_bits = uint64_t{4} << 12;
  const uint64_t high = (random64() & ~uint64_t{0xf000}) | version_bits;
  const uint64_t low = (random64() >> 2) | uint64_t{1} << 63;
  return absl::StrFormat("jobs/%08x-%04x-%04x-%04x-%012x", high >> 32,
                         high >> 16 & 0xffff, high & 0xffff, low >> 48,
                         low & 0xffffffffffff);
}

}  // namespace animate
