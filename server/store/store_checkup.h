#ifndef ANIMATE_SERVER_STORE_STORE_CHECKUP_H_
#define ANIMATE_SERVER_STORE_STORE_CHECKUP_H_

#include <cstdint>
#include <string>
#include <vector>

namespace animate {

enum class CheckResult { kOk, kWarning, kFailed };

// What one check has found.
struct CheckLine {
  std::string check;  // which one, "store.spool"
  CheckResult result = CheckResult::kOk;
  std::string found;   // one line
  std::string advice;  // what to do about it; "" when there is nothing to do
};

// Looks a store on disk through without changing anything: rights, lock,
// schema, the database's own check, jobs by state, every input, frame and
// checkpoint against its checksum, files that belong to no job, free space
// against `budget_bytes`. A store that a server has open is read beside it;
// what the server changes meanwhile is no fault. Slow: it reads every byte.
std::vector<CheckLine> CheckStore(const std::string& path,
                                  int64_t budget_bytes);

// Whether a server has the store in folder `path` open.
bool StoreInUse(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_STORE_CHECKUP_H_
