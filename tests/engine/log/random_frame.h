// SPDX-License-Identifier: Apache-2.0
//
// RandomFrame: frames with everything in them, for tests of the log.
#pragma once

#include <random>
#include <string>

#include "engine/log/record.h"

namespace tocsin::testing {

inline Frame RandomFrame(uint64_t sequence, std::mt19937* random,
                         size_t body_bytes = 40) {
  const auto any = [random](uint64_t below) { return (*random)() % below; };
  const auto time = [&] {
    return any(5) == 0 ? kMinTime : static_cast<TimeNs>(any(1000) * kSecond);
  };
  Frame frame;
  frame.sequence = sequence;
  frame.log_time = static_cast<TimeNs>(sequence) * kSecond;
  frame.epoch = 1;
  for (uint64_t i = any(3); i > 0; --i) {
    ClockRecord clock;
    clock.partition = {InputId{static_cast<uint32_t>(any(2))},
                       static_cast<int32_t>(i)};
    clock.watermark = time();
    clock.highest = time();
    clock.max_time = time();
    clock.first_at = time();
    clock.next_offset = static_cast<int64_t>(any(1000));
    clock.caught_up = any(2) == 0;
    clock.ended = any(2) == 0;
    clock.partitions = static_cast<int32_t>(any(9));
    clock.jump_floor = time();
    clock.jump_count = static_cast<uint32_t>(any(32));
    clock.consumed = any(1'000'000);
    clock.evaluated = any(1'000'000);
    clock.dead_lettered = any(9);
    clock.filtered = any(9);
    clock.late = any(9);
    clock.missing = any(9);
    clock.missing_to = static_cast<int64_t>(any(9));
    frame.clocks.push_back(clock);
  }
  for (uint64_t i = any(4); i > 0; --i) {
    MatchRecord record;
    record.kind = any(2) == 0 ? RecordKind::kMatch : RecordKind::kFinding;
    record.stratum = static_cast<uint32_t>(any(3));
    record.shard = static_cast<uint32_t>(any(kShardCount));
    record.rule = RuleId{static_cast<uint32_t>(any(10))};
    record.tests = any(64);
    record.key = {any(1000), any(1000)};
    record.place = {time(),
                    any(2) == 0 ? INT64_MIN : static_cast<int64_t>(any(50)),
                    {{InputId{0}, 1}, static_cast<int64_t>(any(99)), 2}};
    record.time = time();
    record.identity = {any(9), any(9)};
    record.body = std::string(any(body_bytes + 1), 'b');
    frame.records.push_back(record);
  }
  if (any(4) == 0) frame.gaps.push_back({{InputId{0}, 3}, 10, 20});
  if (any(4) == 0) frame.actions.push_back({"ana", "close", "i1", "noise"});
  if (any(8) == 0) frame.until = 5 * kSecond;
  return frame;
}

}  // namespace tocsin::testing
