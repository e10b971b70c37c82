#include "engine/base/log.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "engine/base/mutex.h"

namespace animate {
namespace {

std::atomic<LogSeverity> g_min_severity{LogSeverity::kInfo};

struct Sink {
  Mutex mutex;
  std::function<void(absl::string_view)> function ABSL_GUARDED_BY(mutex);
};

Sink& GetSink() {
  static Sink* const kSink = new Sink;
  return *kSink;
}

std::string QuoteJson(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return out;
}

absl::string_view SeverityName(LogSeverity severity) {
  switch (severity) {
    case LogSeverity::kDebug:
      return "DEBUG";
    case LogSeverity::kInfo:
      return "INFO";
    case LogSeverity::kWarning:
      return "WARNING";
    case LogSeverity::kError:
      return "ERROR";
  }
  return "INFO";
}

}  // namespace

LogField::LogField(absl::string_view key, absl::string_view value)
    : json_(absl::StrCat(QuoteJson(key), ":", QuoteJson(value))) {}
LogField::LogField(absl::string_view key, bool value)
    : json_(absl::StrCat(QuoteJson(key), ":", value ? "true" : "false")) {}
LogField::LogField(absl::string_view key, int value)
    : json_(absl::StrCat(QuoteJson(key), ":", value)) {}
LogField::LogField(absl::string_view key, int64_t value)
    : json_(absl::StrCat(QuoteJson(key), ":", value)) {}
LogField::LogField(absl::string_view key, uint64_t value)
    : json_(absl::StrCat(QuoteJson(key), ":", value)) {}
LogField::LogField(absl::string_view key, double value)
    : json_(std::isfinite(value)
                ? absl::StrFormat("%s:%.6g", QuoteJson(key), value)
                : absl::StrCat(QuoteJson(key), ":null")) {}

void Log(LogSeverity severity, absl::string_view event,
         std::initializer_list<LogField> fields) {
  if (severity < g_min_severity.load(std::memory_order_relaxed)) return;
  std::string line =
      absl::StrCat("{\"time\":\"",
                   absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(),
                                    absl::UTCTimeZone()),
                   "\",\"severity\":\"", SeverityName(severity),
                   "\",\"event\":", QuoteJson(event));
  for (const LogField& field : fields) {
    absl::StrAppend(&line, ",", field.json());
  }
  line += '}';
  Sink& sink = GetSink();
  MutexLock lock(sink.mutex);
  if (sink.function) {
    sink.function(line);
    return;
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void SetMinLogSeverity(LogSeverity severity) {
  g_min_severity.store(severity, std::memory_order_relaxed);
}

void SetLogSink(std::function<void(absl::string_view line)> sink) {
  Sink& destination = GetSink();
  MutexLock lock(destination.mutex);
  destination.function = std::move(sink);
}

}  // namespace animate
