#include "tools/model/written_file.h"

#include <algorithm>
#include <cstdio>

namespace animate {

void PrintWrittenFile(const WrittenFile& file) {
  constexpr double kShortest = 1e-3;
  const double megabytes = static_cast<double>(file.size_bytes) / 1e6;
  std::printf("%-52s %5lld tensors %10.2f MB %7.2f s %8.1f MB/s\n",
              file.name.c_str(), static_cast<long long>(file.tensors),
              megabytes, file.seconds,
              megabytes / std::max(file.seconds, kShortest));
  std::fflush(stdout);
}

}  // namespace animate
