#ifndef ANIMATE_TESTS_RELIABILITY_FAULTS_H_
#define ANIMATE_TESTS_RELIABILITY_FAULTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace animate {

// What several threads of a row found wrong. Thread-safe.
class Faults {
 public:
  void Add(std::string what) {
    MutexLock lock(mutex_);
    faults_.push_back(std::move(what));
  }
  void Add(const std::vector<std::string>& faults) {
    MutexLock lock(mutex_);
    faults_.insert(faults_.end(), faults.begin(), faults.end());
  }
  std::vector<std::string> list() const {
    MutexLock lock(mutex_);
    return faults_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_FAULTS_H_
