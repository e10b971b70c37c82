#include "tests/reliability/metrics_scraper.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace animate {
namespace {

constexpr size_t kMostFaults = 10;

std::string HttpGet(int port, const std::string& path) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  std::string answer;
  if (connect(connection, reinterpret_cast<sockaddr*>(&address),
              sizeof(address)) == 0) {
    const std::string request = absl::StrCat(
        "GET ", path,
        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    send(connection, request.data(), request.size(), MSG_NOSIGNAL);
    char buffer[16384];
    ssize_t got = 0;
    while ((got = recv(connection, buffer, sizeof(buffer), 0)) > 0) {
      answer.append(buffer, static_cast<size_t>(got));
    }
  }
  close(connection);
  return answer;
}

// What the header says there is, or nothing.
absl::string_view BodyOf(absl::string_view answer) {
  const size_t end = answer.find("\r\n\r\n");
  const size_t length = answer.find("Content-Length: ");
  if (end == absl::string_view::npos || length == absl::string_view::npos) {
    return "";
  }
  size_t bytes = 0;
  const absl::string_view number = answer.substr(length + 16);
  if (!absl::SimpleAtoi(number.substr(0, number.find('\r')), &bytes)) return "";
  const absl::string_view body = answer.substr(end + 4);
  return body.size() == bytes ? body : "";
}

double SumOf(const MetricSums& sums, const std::string& name) {
  const auto found = sums.find(name);
  return found == sums.end() ? 0 : found->second;
}

}  // namespace

MetricSums ScrapeMetrics(int port) {
  const std::string answer = HttpGet(port, "/metrics");
  MetricSums sums;
  for (const absl::string_view line : absl::StrSplit(BodyOf(answer), '\n')) {
    const size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == absl::string_view::npos) {
      continue;
    }
    double value = 0;
    if (!absl::SimpleAtod(line.substr(space + 1), &value)) continue;
    sums[std::string(line.substr(0, line.find_first_of("{ ")))] += value;
  }
  return sums;
}

double BookImbalance(const MetricSums& sums) {
  return SumOf(sums, "animate_jobs_submitted_total") -
         SumOf(sums, "animate_jobs_rejected_total") -
         SumOf(sums, "animate_jobs_waiting") -
         SumOf(sums, "animate_jobs_running") -
         SumOf(sums, "animate_jobs_finished_total");
}

MetricsScraper::MetricsScraper() : thread_([this] { Run(); }) {}

MetricsScraper::~MetricsScraper() {
  ending_ = true;
  thread_.join();
}

std::vector<std::string> MetricsScraper::faults() const {
  MutexLock lock(mutex_);
  return faults_;
}

void MetricsScraper::Run() {
  while (!ending_) {
    const int port = port_;
    const MetricSums sums = port == 0 ? MetricSums() : ScrapeMetrics(port);
    if (sums.empty()) {
      absl::SleepFor(absl::Milliseconds(5));
      continue;
    }
    ++scrapes_;
    if (BookImbalance(sums) != 0) {
      MutexLock lock(mutex_);
      if (faults_.size() < kMostFaults) {
        faults_.push_back(absl::StrCat(
            "the books do not add up: submitted ",
            SumOf(sums, "animate_jobs_submitted_total"), ", rejected ",
            SumOf(sums, "animate_jobs_rejected_total"), ", waiting ",
            SumOf(sums, "animate_jobs_waiting"), ", running ",
            SumOf(sums, "animate_jobs_running"), ", finished ",
            SumOf(sums, "animate_jobs_finished_total")));
      }
    }
    // Leaves the cores to those who are measured.
    absl::SleepFor(absl::Milliseconds(2));
  }
}

}  // namespace animate
