#include "server/queue/job_readers.h"

#include <thread>

#include "gtest/gtest.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

TEST(JobReadersTest, EveryReaderHearsEverythingUntilItIsRemoved) {
  RecordingObserver first;
  RecordingObserver second;
  JobReaders readers;
  readers.Add(&first);
  readers.Add(&second);
  Outbox one(nullptr);
  readers.PostProgress({.step = 1}, one);
  one.Send();
  readers.Remove(&first)->Close();
  Outbox two(nullptr);
  readers.PostFrame({.index = 3}, two);
  readers.Finish({.name = "jobs/a"}, two);
  two.Send();
  EXPECT_EQ(first.progress().size(), 1u);
  EXPECT_TRUE(first.frames().empty());
  EXPECT_FALSE(first.ended());
  EXPECT_EQ(second.progress().size(), 1u);
  EXPECT_EQ(second.frames().size(), 1u);
  EXPECT_TRUE(second.ended());
  EXPECT_EQ(second.breaches(), 0);
}

TEST(JobReadersTest, AnUnknownReaderIsNobody) {
  RecordingObserver observer;
  JobReaders readers;
  EXPECT_EQ(readers.Remove(&observer), nullptr);
  EXPECT_TRUE(readers.empty());
}

TEST(JobReadersTest, WhoHasHeardTheEndStaysAReader) {
  RecordingObserver observer;
  JobReaders readers;
  readers.Add(&observer);
  Outbox outbox(nullptr);
  readers.Finish({.name = "jobs/a"}, outbox);
  outbox.Send();
  EXPECT_FALSE(readers.empty());
}

}  // namespace
}  // namespace animate
