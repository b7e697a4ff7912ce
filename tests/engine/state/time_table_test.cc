// SPDX-License-Identifier: Apache-2.0
//
// What event time does when partitions fall silent, come back, appear, or
// cannot be reached. Every step is one clock in the log and the W after it.
#include <catch2/catch_test_macros.hpp>

#include "engine/state/watermarks.h"
#include "tests/engine/state/clock_frames.h"

namespace tocsin {
namespace {

using testing::ClockFrame;
using testing::TestClock;

constexpr TimeNs kT0 = 1'000'000 * kSecond;
constexpr DurationNs kIdle = 60 * kSecond;
constexpr DurationNs kDisorder = 10 * kSecond;

class Table {
 public:
  explicit Table(DurationNs idle_after = kIdle)
      : watermarks_(MakeInputs(idle_after), {{InputId{0}}}) {}

  // W after a clock at `log_time` after kT0.
  TimeNs At(DurationNs log_time, TestClock clock) {
    clock.watermark =
        clock.watermark == kMinTime ? kMinTime : kT0 + clock.watermark;
    watermarks_.Apply(ClockFrame(kT0 + log_time, clock));
    const TimeNs w = watermarks_.Of(0);
    return w == kMinTime ? kMinTime : w - kT0;
  }
  TimeNs start() const { return watermarks_.Start(0) - kT0; }
  Watermarks& watermarks() { return watermarks_; }

 private:
  static Inputs MakeInputs(DurationNs idle_after) {
    Inputs inputs(1);
    inputs[0].idle_after = idle_after;
    return inputs;
  }
  Watermarks watermarks_;
};

// Partition, W_p, next offset, caught up; of two.
TestClock Clock(int32_t number, TimeNs w, int64_t next, bool caught_up,
                int32_t partitions = 2) {
  return {0, number, w, next, caught_up, false, partitions};
}

TEST_CASE("Time table: W waits until every partition was heard") {
  Table table;
  CHECK(table.At(0, Clock(0, 5, 1, false)) == kMinTime);
  CHECK(table.At(0, Clock(1, 3, 1, false)) == 3);
  CHECK(table.start() == 3);
}

TEST_CASE("Time table: an idle partition stops holding the others back") {
  Table table;
  table.At(0, Clock(0, 0, 1, true));
  CHECK(table.At(0, Clock(1, 100 * kSecond, 9, false)) == 0);
  CHECK(table.At(kIdle - 1, Clock(0, 0, 1, true)) == 0);
  // Idle now, and known to be so only up to here.
  CHECK(table.At(kIdle, Clock(0, 0, 1, true)) == 0);
  CHECK(table.At(kIdle + 30 * kSecond, Clock(0, 0, 1, true)) ==
        30 * kSecond - kDisorder);
  // It comes back below W: W stays.
  CHECK(table.At(kIdle + 31 * kSecond, Clock(0, kSecond, 2, true)) ==
        30 * kSecond - kDisorder);
}

TEST_CASE("Time table: when all are idle W follows log time") {
  Table table;
  for (int32_t number : {0, 1}) table.At(0, Clock(number, 0, 1, true));
  for (int32_t number : {0, 1}) {
    table.At(10 * kMinute, Clock(number, 0, 1, true));
  }
  CHECK(table.watermarks().Of(0) == kT0 + 9 * kMinute - kDisorder);
}

TEST_CASE("Time table: an unreachable broker is not idleness") {
  Table table;
  for (int32_t number : {0, 1}) table.At(0, Clock(number, 0, 1, true));
  for (int32_t number : {0, 1}) {
    table.At(30 * kSecond, Clock(number, 0, 1, false));
  }
  for (int32_t number : {0, 1}) {
    table.At(kHour, Clock(number, 0, 1, true));
  }
  CHECK(table.watermarks().Of(0) == kT0);
  for (int32_t number : {0, 1}) {
    table.At(kHour + kMinute, Clock(number, 0, 1, true));
  }
  CHECK(table.watermarks().Of(0) == kT0 + kHour - kDisorder);
}

TEST_CASE("Time table: one that moves on is not idle") {
  Table table;
  table.At(0, Clock(1, kHour, 1, false));
  for (int64_t i = 0; i < 10; ++i) {
    CHECK(table.At(i * kMinute, Clock(0, i, i, true)) == i);
  }
}

TEST_CASE("Time table: never idle means never") {
  Table table(kMaxTime);
  table.At(0, Clock(1, kHour, 1, false));
  table.At(0, Clock(0, 0, 1, true));
  CHECK(table.At(1'000 * kDay, Clock(0, 0, 1, true)) == 0);
}

TEST_CASE("Time table: a new partition is waited for, and W does not fall") {
  Table table;
  CHECK(table.At(0, Clock(0, 50, 1, false, 1)) == 50);
  CHECK(table.At(0, Clock(0, 60, 1, false, 2)) == 50);
  CHECK(table.At(0, Clock(1, 10, 1, false, 2)) == 50);
  CHECK(table.At(0, Clock(1, 70, 1, false, 2)) == 60);
}

TEST_CASE("Time table: at the end W is one above the highest time") {
  Table table;
  table.At(0, Clock(0, 50, 1, false));
  TestClock end = Clock(0, 50, 1, false);
  end.ended = true;
  CHECK(table.At(0, end) == kMinTime);
  end.number = 1;
  end.watermark = 20;
  CHECK(table.At(0, end) == 51);
}

TEST_CASE("Time table: until raises every domain") {
  Table table;
  Frame frame;
  frame.until = kT0 + kHour;
  table.watermarks().Apply(frame);
  CHECK(table.watermarks().Of(0) == kT0 + kHour);
}

}  // namespace
}  // namespace tocsin
