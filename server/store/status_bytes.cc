#include "server/store/status_bytes.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"

namespace animate {
namespace {

constexpr int kMaxCode = 16;  // absl::StatusCode::kUnauthenticated

void PutString(absl::string_view text, std::string& out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<char>(text.size() >> shift & 0xff));
  }
  out.append(text.data(), text.size());
}

// Takes a string off the front of `bytes`.
std::optional<std::string> TakeString(absl::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i) {
    size |= size_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  bytes.remove_prefix(4);
  if (bytes.size() < size) return std::nullopt;
  std::string text(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return text;
}

}  // namespace

std::string StatusToBytes(const absl::Status& status) {
  std::string bytes(1, static_cast<char>(status.raw_code()));
  PutString(status.message(), bytes);
  status.ForEachPayload(
      [&bytes](absl::string_view type_url, const absl::Cord& payload) {
        PutString(type_url, bytes);
        PutString(std::string(payload), bytes);
      });
  return bytes;
}

std::optional<absl::Status> StatusFromBytes(absl::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const int code = static_cast<unsigned char>(bytes[0]);
  bytes.remove_prefix(1);
  const std::optional<std::string> message = TakeString(bytes);
  if (code > kMaxCode || !message.has_value()) return std::nullopt;
  absl::Status status(static_cast<absl::StatusCode>(code), *message);
  while (!bytes.empty()) {
    const std::optional<std::string> type_url = TakeString(bytes);
    const std::optional<std::string> payload = TakeString(bytes);
    if (!type_url.has_value() || !payload.has_value()) return std::nullopt;
    status.SetPayload(*type_url, absl::Cord(*payload));
  }
  return status;
}

}  // namespace animate
