#ifndef ANIMATE_SERVER_QUEUE_FIELD_BYTES_H_
#define ANIMATE_SERVER_QUEUE_FIELD_BYTES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace animate {

// Puts fields one after the other into bytes: little endian, strings with their
// length before them. What is in them only the order says, so whoever writes
// begins with a version. Thread-compatible.
class FieldWriter {
 public:
  void PutInt(int64_t value);
  void PutUint(uint64_t value);
  void PutDouble(double value);  // exactly, NaN included
  void PutBool(bool value) { bytes_.push_back(value ? 1 : 0); }
  void PutString(absl::string_view value);
  void PutDuration(absl::Duration value);  // exactly to the nanosecond

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Takes fields out of what FieldWriter made, in the same order. Reading beyond
// the end, or something that was never written, gives zeroes and ok() == false
// from there on, so that a whole record can be read and checked once.
// Thread-compatible.
class FieldReader {
 public:
  // `bytes` must outlive the reader.
  explicit FieldReader(absl::string_view bytes) : bytes_(bytes) {}

  int64_t TakeInt() { return static_cast<int64_t>(TakeUint()); }
  uint64_t TakeUint();
  double TakeDouble();
  bool TakeBool();
  std::string TakeString();
  absl::Duration TakeDuration();
  // An int in [lowest, highest].
  int TakeIntIn(int lowest, int highest);
  // An enumerator up to `last`.
  template <typename Enum>
  Enum TakeEnum(Enum last) {
    return static_cast<Enum>(TakeIntIn(0, static_cast<int>(last)));
  }
  // A number of things of which each takes at least `least_bytes`: what is left
  // bounds it, so that a damaged count costs no memory.
  size_t TakeCount(size_t least_bytes);

  bool ok() const { return ok_; }
  // Whether everything was read, and was there.
  bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  absl::string_view TakeBytes(size_t size);

  absl::string_view bytes_;
  bool ok_ = true;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_FIELD_BYTES_H_
