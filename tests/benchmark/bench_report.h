#ifndef ANIMATE_TESTS_BENCHMARK_BENCH_REPORT_H_
#define ANIMATE_TESTS_BENCHMARK_BENCH_REPORT_H_

#include <string>

#include "tests/benchmark/bench_run.h"

namespace animate {

// The result as a JSON object, for programs; keys end in their units.
std::string BenchJson(const BenchResult& result);

// The result as a table, for people.
std::string BenchTable(const BenchResult& result);

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_BENCH_REPORT_H_
