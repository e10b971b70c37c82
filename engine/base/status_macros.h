#ifndef ANIMATE_ENGINE_BASE_STATUS_MACROS_H_
#define ANIMATE_ENGINE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr` (an absl::Status) is an
// error.
#define ANIMATE_RETURN_IF_ERROR(expr)                                   \
  do {                                                                  \
    if (absl::Status animate_status_ = (expr); !animate_status_.ok()) { \
      return animate_status_;                                           \
    }                                                                   \
  } while (false)

// Evaluates `expr` (an absl::StatusOr<T>); returns its status on error,
// otherwise moves the value into `lhs`, which may declare a variable.
#define ANIMATE_ASSIGN_OR_RETURN(lhs, expr) \
  ANIMATE_ASSIGN_OR_RETURN_IMPL_(           \
      ANIMATE_STATUS_CONCAT_(animate_status_or_, __LINE__), lhs, expr)

#define ANIMATE_ASSIGN_OR_RETURN_IMPL_(temp, lhs, expr) \
  auto temp = (expr);                                   \
  if (!temp.ok()) {                                     \
    return std::move(temp).status();                    \
  }                                                     \
  lhs = *std::move(temp)

#define ANIMATE_STATUS_CONCAT_INNER_(a, b) a##b
#define ANIMATE_STATUS_CONCAT_(a, b) ANIMATE_STATUS_CONCAT_INNER_(a, b)

#endif  // ANIMATE_ENGINE_BASE_STATUS_MACROS_H_
