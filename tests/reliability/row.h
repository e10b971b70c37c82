#ifndef ANIMATE_TESTS_RELIABILITY_ROW_H_
#define ANIMATE_TESTS_RELIABILITY_ROW_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace animate {

// How much of a property is tried.
enum class Scale { kSmoke, kShort, kNightly };

// What is asked of a row.
struct RowOptions {
  Scale scale = Scale::kShort;
  uint64_t seed = 1;
  std::string folder;  // empty, for data; the caller removes it

  // Whether figures of time are held to what was demanded: not in a smoke test,
  // which may run on a busy machine.
  bool strict() const { return scale != Scale::kSmoke; }

  // The number that belongs to the scale.
  int Pick(int smoke, int shorter, int nightly) const {
    if (scale == Scale::kSmoke) return smoke;
    return scale == Scale::kShort ? shorter : nightly;
  }
};

// What a row found out: a line of the table, and figures beside it.
struct RowResult {
  std::string property;
  std::string demanded;
  std::string measured;
  std::vector<std::pair<std::string, double>> figures;
  std::vector<std::string> faults;  // none: the row holds

  void Fault(std::string what) { faults.push_back(std::move(what)); }
  void Figure(std::string name, double value) {
    figures.emplace_back(std::move(name), value);
  }
};

// The rows, in files of their names. Each runs servers of its own.
RowResult RunKillRow(const RowOptions& options);
RowResult RunCutRow(const RowOptions& options);
RowResult RunSigtermRow(const RowOptions& options);
RowResult RunAccountingRow(const RowOptions& options);
RowResult RunCancelRow(const RowOptions& options);
RowResult RunReaderRow(const RowOptions& options);
RowResult RunDamageRow(const RowOptions& options);
RowResult RunSoakRow(const RowOptions& options);
RowResult RunThroughputRow(const RowOptions& options);

// One line of how far a row is, on stderr.
void SayProgress(absl::string_view what);

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_ROW_H_
