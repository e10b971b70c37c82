#include "tests/unit/engine/training/child_test.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace animate {
namespace {

constexpr char kArgument[] = "ANIMATE_CHILD_TEST_ARGUMENT";
constexpr int kSignalFile = 3;

}  // namespace

ChildTest::ChildTest(const std::string& name, const std::string& argument) {
  const std::string filter = "--gtest_filter=" + name;
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe(ends), 0);
  child_ = fork();
  if (child_ == 0) {
    dup2(ends[1], kSignalFile);
    for (const int end : ends) {
      if (end != kSignalFile) close(end);
    }
    setenv(kArgument, argument.c_str(), 1);
    execl("/proc/self/exe", "training_test", filter.c_str(),
          "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    _exit(127);
  }
  close(ends[1]);
  signals_ = ends[0];
}

ChildTest::~ChildTest() {
  if (child_ > 0) {
    Kill();
    Passed();
  }
  close(signals_);
}

std::string ChildTest::Argument() {
  const char* argument = std::getenv(kArgument);
  return argument == nullptr ? "" : argument;
}

void ChildTest::Signal() { EXPECT_EQ(write(kSignalFile, "", 1), 1); }

bool ChildTest::WaitForSignals(int count) {
  char byte = 0;
  while (count > 0) {
    const ssize_t size = read(signals_, &byte, 1);
    if (size == 0) return false;
    if (size == 1) --count;
  }
  return true;
}

void ChildTest::Kill() { kill(child_, SIGKILL); }

bool ChildTest::Passed() {
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace animate
