#include "server/queue/field_bytes.h"

#include <bit>
#include <limits>

namespace animate {
namespace {

constexpr size_t kIntBytes = 8;
constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

}  // namespace

void FieldWriter::PutUint(uint64_t value) {
  for (size_t i = 0; i < kIntBytes; ++i) {
    bytes_.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
}

void FieldWriter::PutInt(int64_t value) {
  PutUint(static_cast<uint64_t>(value));
}

void FieldWriter::PutDouble(double value) {
  PutUint(std::bit_cast<uint64_t>(value));
}

void FieldWriter::PutString(absl::string_view value) {
  PutUint(value.size());
  bytes_.append(value.data(), value.size());
}

void FieldWriter::PutDuration(absl::Duration value) {
  if (value == absl::InfiniteDuration()) {
    PutInt(kForever);
    PutInt(0);
    return;
  }
  absl::Duration rest;
  PutInt(absl::IDivDuration(value, absl::Seconds(1), &rest));
  PutInt(absl::ToInt64Nanoseconds(rest));
}

absl::string_view FieldReader::TakeBytes(size_t size) {
  if (size > bytes_.size()) ok_ = false;
  if (!ok_) return {};
  const absl::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

uint64_t FieldReader::TakeUint() {
  uint64_t value = 0;
  const absl::string_view bytes = TakeBytes(kIntBytes);
  for (size_t i = 0; i < bytes.size(); ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

double FieldReader::TakeDouble() { return std::bit_cast<double>(TakeUint()); }

bool FieldReader::TakeBool() {
  const absl::string_view byte = TakeBytes(1);
  if (!byte.empty() && byte[0] != 0 && byte[0] != 1) ok_ = false;
  return ok_ && byte[0] == 1;
}

std::string FieldReader::TakeString() {
  const uint64_t size = TakeUint();
  return std::string(TakeBytes(static_cast<size_t>(size)));
}

absl::Duration FieldReader::TakeDuration() {
  const int64_t seconds = TakeInt();
  const int64_t nanoseconds = TakeInt();
  if (seconds == kForever) return absl::InfiniteDuration();
  return absl::Seconds(seconds) + absl::Nanoseconds(nanoseconds);
}

int FieldReader::TakeIntIn(int lowest, int highest) {
  const int64_t value = TakeInt();
  if (value < lowest || value > highest) ok_ = false;
  return ok_ ? static_cast<int>(value) : lowest;
}

size_t FieldReader::TakeCount(size_t least_bytes) {
  const uint64_t count = TakeUint();
  if (count > bytes_.size() / least_bytes) ok_ = false;
  return ok_ ? static_cast<size_t>(count) : 0;
}

}  // namespace animate
