// SPDX-License-Identifier: Apache-2.0
//
// Clock: the only door to the time of day. Stages that must be repeatable
// (everything after the log) never get one.
//
// Threads: SystemClock is thread-safe; ManualClock too.
#pragma once

#include <atomic>
#include <chrono>

#include "engine/base/time.h"

namespace tocsin {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeNs Wall() const = 0;  // since 1970
  virtual TimeNs Mono() const = 0;  // since an arbitrary start
};

class SystemClock final : public Clock {
 public:
  TimeNs Wall() const override {
    return Since(std::chrono::system_clock::now());
  }
  TimeNs Mono() const override {
    return Since(std::chrono::steady_clock::now());
  }

 private:
  template <typename Point>
  static TimeNs Since(Point point) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               point.time_since_epoch())
        .count();
  }
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimeNs now = 0) : now_(now) {}
  TimeNs Wall() const override { return now_; }
  TimeNs Mono() const override { return now_; }
  void Advance(DurationNs by) { now_ += by; }

 private:
  std::atomic<TimeNs> now_;
};

}  // namespace tocsin
