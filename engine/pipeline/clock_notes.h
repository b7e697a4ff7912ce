// SPDX-License-Identifier: Apache-2.0
//
// ClockNotes: what ingest knew of its partitions, on its way to the sequencer.
// It never waits: while the log does not take notes, ingest keeps them.
//
// Threads: thread-safe. Tested by: tests/engine/pipeline/node_test.cc
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/batch.h"

namespace tocsin {

struct ClockNote {
  uint64_t after_batch = 0;  // everything up to the positions is in these
  std::vector<PartitionStatus> statuses;
  std::vector<Hole> holes;
  TimeNs log_time = kMinTime;
};

class ClockNotes {
 public:
  static constexpr size_t kMost = 64;

  bool full() const {
    const std::lock_guard lock(mutex_);
    return notes_.size() >= kMost;
  }
  void Add(ClockNote note) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(note));
  }
  std::vector<ClockNote> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(notes_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::vector<ClockNote> notes_;
};

}  // namespace tocsin
