#ifndef ANIMATE_ENGINE_BASE_LOG_H_
#define ANIMATE_ENGINE_BASE_LOG_H_

#include <functional>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace animate {

enum class LogSeverity { kDebug, kInfo, kWarning, kError };

// One key and its value; numbers and booleans stay unquoted in the JSON.
class LogField {
 public:
  LogField(absl::string_view key, absl::string_view value);
  LogField(absl::string_view key, const char* value)
      : LogField(key, absl::string_view(value)) {}
  LogField(absl::string_view key, const std::string& value)
      : LogField(key, absl::string_view(value)) {}
  LogField(absl::string_view key, bool value);
  LogField(absl::string_view key, int value);
  LogField(absl::string_view key, int64_t value);
  LogField(absl::string_view key, uint64_t value);
  LogField(absl::string_view key, double value);

  // `"key":value`, ready for a JSON object.
  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

// Writes one line of JSON to standard error:
//   {"time":"2026-01-02T03:04:05.678Z","severity":"INFO","event":"job_done",
//    "job":"jobs/…"}
// `event` is a fixed snake_case word to search for; everything that varies is
// a field. Never log secrets or file contents. Thread-safe; whole lines.
void Log(LogSeverity severity, absl::string_view event,
         std::initializer_list<LogField> fields = {});

// Drops lines below `severity` (default kInfo).
void SetMinLogSeverity(LogSeverity severity);

// Replaces the destination, for tests and embedding; nullptr restores standard
// error. The sink is called with one complete line without its newline, one
// call at a time.
void SetLogSink(std::function<void(absl::string_view line)> sink);

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_LOG_H_
