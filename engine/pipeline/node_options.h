// SPDX-License-Identifier: Apache-2.0
//
// NodeOptions, NodeSinks: what a node is made of. Durations are of the steady
// clock, but for `clock_interval`, whose ticks carry the time of day into the
// log.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/disk.h"
#include "engine/event/input.h"
#include "engine/pipeline/ports.h"
#include "engine/plan/plan.h"

namespace tocsin {

struct NodeOptions {
  std::shared_ptr<const Plan> plan;
  Inputs inputs;
  std::string state;  // folder of log and snapshots; made if need be
  int workers = 1;
  DurationNs snapshot_interval = 5 * kMinute;
  DurationNs clock_interval = kSecond;
  DurationNs sync_interval = 20 * kMillisecond;  // fdatasync in groups
  // A stop that takes longer ends without the last snapshot; nothing is lost.
  DurationNs drain_timeout = 30 * kSecond;
  uint64_t segment_bytes = 64 << 20;
  // Both outlive the node.
  const Clock* clock = nullptr;
  Disk* disk = nullptr;
  // Level as syslog has it (3 error, 4 warning, 6 info), and one line. Called
  // from several threads.
  std::function<void(int level, const std::string& text)> log;
};

// Where records go; none: nowhere.
struct NodeSinks {
  std::unique_ptr<RecordSink> findings;
  std::unique_ptr<RecordSink> incidents;
  std::unique_ptr<RecordSink> dead_letters;
};

}  // namespace tocsin
