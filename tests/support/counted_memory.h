#ifndef ANIMATE_TESTS_SUPPORT_COUNTED_MEMORY_H_
#define ANIMATE_TESTS_SUPPORT_COUNTED_MEMORY_H_

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace animate {

// While it lives, counts the bytes that LibTorch holds on the CPU beyond those
// there were when it was made. Allocations of its time may outlive it. One at a
// time; for tests of one thread.
class CountedMemory {
 public:
  CountedMemory() : before_(c10::GetCPUAllocator()) {
    const MutexLock lock(Counter().mutex);
    Counter().live = 0;
    Counter().peak = 0;
    c10::SetCPUAllocator(&Counter(), kPriority);
  }
  ~CountedMemory() { c10::SetCPUAllocator(before_, kPriority); }
  CountedMemory(const CountedMemory&) = delete;
  CountedMemory& operator=(const CountedMemory&) = delete;

  int64_t live() const {
    const MutexLock lock(Counter().mutex);
    return Counter().live;
  }
  int64_t peak() const {
    const MutexLock lock(Counter().mutex);
    return Counter().peak;
  }

 private:
  static constexpr uint8_t kPriority = std::numeric_limits<uint8_t>::max();

  // LibTorch wants the context of a pointer to be the pointer itself, so sizes
  // are remembered apart.
  class CountingAllocator : public c10::Allocator {
   public:
    c10::DataPtr allocate(size_t bytes) override {
      void* const data = bytes == 0 ? nullptr : c10::alloc_cpu(bytes);
      if (data != nullptr) {
        const MutexLock lock(mutex);
        sizes[data] = static_cast<int64_t>(bytes);
        live += static_cast<int64_t>(bytes);
        peak = std::max(peak, live);
      }
      return {data, data, &Free, c10::Device(c10::kCPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &Free; }
    void copy_data(void* to, const void* from,
                   std::size_t count) const override {
      default_copy_data(to, from, count);
    }

    Mutex mutex;
    std::map<void*, int64_t> sizes ABSL_GUARDED_BY(mutex);
    int64_t live ABSL_GUARDED_BY(mutex) = 0;
    int64_t peak ABSL_GUARDED_BY(mutex) = 0;

   private:
    static void Free(void* data) {
      if (data == nullptr) return;
      {
        const MutexLock lock(Counter().mutex);
        const auto found = Counter().sizes.find(data);
        Counter().live -= found->second;
        Counter().sizes.erase(found);
      }
      c10::free_cpu(data);
    }
  };

  // Never destroyed: tensors may be freed after everything else.
  static CountingAllocator& Counter() {
    static auto* const kCounter = new CountingAllocator;
    return *kCounter;
  }

  c10::Allocator* const before_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_COUNTED_MEMORY_H_
