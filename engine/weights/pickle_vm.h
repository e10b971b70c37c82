#ifndef ANIMATE_ENGINE_WEIGHTS_PICKLE_VM_H_
#define ANIMATE_ENGINE_WEIGHTS_PICKLE_VM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace animate {

// One object of a pickle. Containers may share members and, in a hostile file,
// contain themselves: walk to a fixed depth only.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,    // integer is 0 or 1
    kInt,     // integer
    kFloat,   // real
    kString,  // text, UTF-8 as written
    kTuple,   // items
    kList,    // items
    kDict,    // items: key, value, key, value, ...
    kGlobal,  // text is "module name", for example "torch FloatStorage"
    kCall,    // a call of the global `text`; items[0] is the argument tuple
    kPersistentId,  // items[0] is the id
  };

  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<const PickleValue*> items;
};

// A pickle that was read. Movable: the values stay where they are.
struct Pickle {
  std::deque<PickleValue> values;
  // Points into `values`.
  const PickleValue* root = nullptr;
  // Bytes up to and including STOP; another pickle may follow.
  size_t size = 0;
};

struct PickleLimits {
  size_t max_opcodes = 1'000'000;
  size_t max_memo_entries = 1'000'000;
  size_t max_mark_depth = 64;
  size_t max_string_bytes = 64 << 10;
};

// Runs the pickle program at the front of `bytes` and returns the object it
// describes. Nothing is imported or executed: a call of a global becomes a
// kCall node, and `collections OrderedDict` a dict, in the order of the file.
// State set on a dict (BUILD) is dropped.
//
// Understands the subset of protocol 2 that torch.save writes for state dicts.
// FAILED_PRECONDITION, naming opcode and position, for any other opcode, a
// global that is not in `allowed_globals` ("module name"), an exceeded limit,
// a truncated program and one that uses its stack or memo wrongly.
absl::StatusOr<Pickle> ReadPickle(
    absl::Span<const uint8_t> bytes,
    absl::Span<const absl::string_view> allowed_globals,
    const PickleLimits& limits = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_PICKLE_VM_H_
