#include "tests/reliability/cutting_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace animate {
namespace {

constexpr int kPollMilliseconds = 100;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool SendAll(int to, const char* data, int64_t size) {
  while (size > 0) {
    const ssize_t sent =
        send(to, data, static_cast<size_t>(size), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= sent;
  }
  return true;
}

enum class Passed { kSome, kEnd, kBudgetSpent };

// Passes on what there is, up to `budget` bytes.
Passed Pass(int from, int to, int64_t& budget) {
  std::array<char, 16384> buffer{};
  const ssize_t got = recv(from, buffer.data(), buffer.size(), 0);
  if (got <= 0) return Passed::kEnd;
  const int64_t may = std::min<int64_t>(got, budget);
  if (!SendAll(to, buffer.data(), may)) return Passed::kEnd;
  budget -= may;
  return budget == 0 ? Passed::kBudgetSpent : Passed::kSome;
}

void Cut(int socket, bool reset) {
  const linger hard{.l_onoff = 1, .l_linger = 0};
  if (reset) setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  close(socket);
}

}  // namespace

CuttingProxy::CuttingProxy(const Options& options)
    : options_(options), dice_(options.seed) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) == 0 && listen(listener_, 64) == 0 &&
      getsockname(listener_, generic, &size) == 0) {
    port_ = ntohs(address.sin_port);
  }
  acceptor_ = std::thread([this] { Accept(); });
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  while (connections_ > 0) absl::SleepFor(absl::Milliseconds(1));
}

std::string CuttingProxy::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

void CuttingProxy::Accept() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    ++connections_;
    std::thread([this, client, budget = Draw()] {
      Serve(client, budget);
      --connections_;
    }).detach();
  }
}

CuttingProxy::Budget CuttingProxy::Draw() {
  std::uniform_real_distribution<double> exponent(
      std::log(static_cast<double>(options_.fewest_bytes)),
      std::log(static_cast<double>(options_.most_bytes)));
  const auto bytes =
      std::max<int64_t>(1, static_cast<int64_t>(std::exp(exponent(dice_))));
  const bool from_client = dice_() % 4 == 0;
  return {.from_client = from_client ? bytes : kNoLimit,
          .from_server = from_client ? kNoLimit : bytes,
          .reset = dice_() % 2 == 0};
}

void CuttingProxy::Serve(int client, Budget budget) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(options_.target_port);
  const int at_once = 1;
  for (const int socket : {client, server}) {
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
  }
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address),
                      sizeof(address)) == 0;
  while (open && !ending_) {
    std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (poll(ends.data(), ends.size(), kPollMilliseconds) < 0) break;
    for (const bool upwards : {true, false}) {
      if (!open || ends[upwards ? 0 : 1].revents == 0) continue;
      const Passed passed = upwards ? Pass(client, server, budget.from_client)
                                    : Pass(server, client, budget.from_server);
      open = passed == Passed::kSome;
      if (passed == Passed::kBudgetSpent) ++cuts_;
    }
  }
  Cut(client, budget.reset);
  Cut(server, budget.reset);
}

}  // namespace animate
