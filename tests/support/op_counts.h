#ifndef ANIMATE_TESTS_SUPPORT_OP_COUNTS_H_
#define ANIMATE_TESTS_SUPPORT_OP_COUNTS_H_

#include <ATen/record_function.h>

#include <map>
#include <memory>
#include <string>

namespace animate {

using OpCountMap = std::map<std::string, int>;

namespace internal {

inline OpCountMap*& CurrentOpCounts() {
  thread_local OpCountMap* counts = nullptr;
  return counts;
}

inline std::unique_ptr<at::ObserverContext> CountOp(
    const at::RecordFunction& function) {
  if (CurrentOpCounts() != nullptr) ++(*CurrentOpCounts())[function.name()];
  return nullptr;
}

}  // namespace internal

// Runs `work` and returns how often this thread entered each operator
// ("aten::linear"), those called by other operators included: proof that work
// is saved, where a clock would be no test.
template <typename Work>
OpCountMap OpCounts(const Work& work) {
  OpCountMap counts;
  internal::CurrentOpCounts() = &counts;
  const at::CallbackHandle handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback(internal::CountOp));
  work();
  at::removeCallback(handle);
  internal::CurrentOpCounts() = nullptr;
  return counts;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_OP_COUNTS_H_
