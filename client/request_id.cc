#include "client/request_id.h"

#include <cstdint>
#include <random>

#include "absl/strings/str_format.h"

namespace animate {

std::string NewRequestId() {
  std::random_device entropy;
  const uint32_t time_high = (entropy() & 0x0fff) | 0x4000;  // version 4
  const uint32_t clock = (entropy() & 0x3fff) | 0x8000;      // variant 1
  const uint32_t node_high = entropy() & 0xffff;
  return absl::StrFormat("%08x-%04x-%04x-%04x-%04x%08x", entropy(),
                         entropy() & 0xffff, time_high, clock, node_high,
                         entropy());
}

}  // namespace animate
