#ifndef ANIMATE_TESTS_FUZZ_FUZZ_TARGET_H_
#define ANIMATE_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>

// What every fuzz target defines; libFuzzer or fuzz_driver.cc calls it.
// Returns 0 for any input and never writes to `data`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#endif  // ANIMATE_TESTS_FUZZ_FUZZ_TARGET_H_
