// SPDX-License-Identifier: Apache-2.0
//
// ClockFrames: frames of one clock each, for tests of event time.
#pragma once

#include "engine/log/record.h"

namespace tocsin::testing {

struct TestClock {
  uint32_t input = 0;
  int32_t number = 0;
  TimeNs watermark = kMinTime;
  int64_t next_offset = 0;
  bool caught_up = false;
  bool ended = false;
  int32_t partitions = 1;
};

inline Frame ClockFrame(TimeNs log_time, const TestClock& clock) {
  Frame frame;
  frame.log_time = log_time;
  ClockRecord& record = frame.clocks.emplace_back();
  record.partition = {InputId{clock.input}, clock.number};
  record.watermark = clock.watermark;
  record.max_time = clock.watermark;
  record.first_at = clock.watermark;
  record.next_offset = clock.next_offset;
  record.caught_up = clock.caught_up;
  record.ended = clock.ended;
  record.partitions = clock.partitions;
  return frame;
}

}  // namespace tocsin::testing
