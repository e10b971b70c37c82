#ifndef ANIMATE_TESTS_SUPPORT_MEMORY_JOBS_H_
#define ANIMATE_TESTS_SUPPORT_MEMORY_JOBS_H_

#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"

namespace animate {

// Made before the manager that uses it.
struct MemoryJobsStore {
  MemoryJobStore store;
};

// A StoredJobManager with a store of its own, in memory.
class MemoryJobs : private MemoryJobsStore, public StoredJobManager {
 public:
  explicit MemoryJobs(const Options& options,
                      const Clock& clock = Clock::Real(),
                      JobListener* listener = nullptr)
      : StoredJobManager(options, store, clock, listener) {}
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_MEMORY_JOBS_H_
