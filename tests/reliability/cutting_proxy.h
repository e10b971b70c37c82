#ifndef ANIMATE_TESTS_RELIABILITY_CUTTING_PROXY_H_
#define ANIMATE_TESTS_RELIABILITY_CUTTING_PROXY_H_

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>

namespace animate {

// Passes bytes between its own port and another one of this machine, and cuts
// every connection after a random number of bytes, in one direction or the
// other: in the middle of a message, between two, during the handshake.
// Thread-safe.
class CuttingProxy {
 public:
  struct Options {
    int target_port = 0;
    // Cuts come after so many bytes; small numbers are as likely as large ones.
    int64_t fewest_bytes = 1;
    int64_t most_bytes = 1 << 15;
    uint64_t seed = 1;
  };

  explicit CuttingProxy(const Options& options);
  // Breaks what is left.
  ~CuttingProxy();

  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::string address() const;

  // Connections cut on purpose so far; those whose ends had gone do not count.
  int64_t cuts() const { return cuts_; }

 private:
  // Bytes that may still pass in each direction; one of them is the limit.
  struct Budget {
    int64_t from_client = 0;
    int64_t from_server = 0;
    bool reset = false;  // cut without a goodbye
  };

  void Accept();
  Budget Draw();
  void Serve(int client, Budget budget);

  const Options options_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int64_t> cuts_{0};
  std::atomic<int> connections_{0};
  std::atomic<bool> ending_{false};
  std::mt19937_64 dice_;  // the acceptor's
  std::thread acceptor_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_CUTTING_PROXY_H_
