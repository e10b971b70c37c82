#ifndef ANIMATE_TESTS_BENCHMARK_OP_PROFILE_H_
#define ANIMATE_TESTS_BENCHMARK_OP_PROFILE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace animate {

// Where the time of LibTorch's operators on this thread goes, and which of them
// copy: the copies that nobody asked for are how a layout is lost. Counts from
// construction to Stop. On a GPU the times are those of queueing.
class OpProfile {
 public:
  struct Op {
    std::string name;  // "aten::conv2d"
    int64_t calls = 0;
    double self_seconds = 0;  // without the operators it calls
  };
  struct Copy {
    std::string path;  // "aten::contiguous > aten::clone > aten::copy_"
    int64_t calls = 0;
    double bytes = 0;  // written
  };

  OpProfile();
  ~OpProfile();
  OpProfile(const OpProfile&) = delete;
  OpProfile& operator=(const OpProfile&) = delete;

  void Stop();

  // Most expensive first.
  std::vector<Op> Ops() const;
  // Largest first.
  std::vector<Copy> Copies() const;

 private:
  uint64_t handle_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_OP_PROFILE_H_
