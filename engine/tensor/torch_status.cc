#include "engine/tensor/torch_status.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

absl::Status OutOfMemory(absl::string_view stage, absl::string_view what,
                         const char* reason) {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(stage, ": out of memory: ", what),
                   {.reason = reason});
}

}  // namespace

absl::Status StatusFromTorchException(absl::string_view stage) {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    return OutOfMemory(stage, error.what_without_backtrace(), "GPU_OOM");
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    if (absl::StrContains(what, "DefaultCPUAllocator")) {
      return OutOfMemory(stage, what, "HOST_OOM");
    }
    return absl::InternalError(absl::StrCat(stage, ": ", what));
  } catch (const std::bad_alloc& error) {
    return OutOfMemory(stage, error.what(), "HOST_OOM");
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat(stage, ": ", error.what()));
  } catch (...) {
    return absl::InternalError(absl::StrCat(stage, ": unknown exception"));
  }
}

}  // namespace animate
