// SPDX-License-Identifier: Apache-2.0
//
// Sequencer: BatchResults, in any order of arrival, to frames strictly by
// batch number. It decides per event the time t and the place `at`, moves the
// partitions' clocks and keeps their counters (ENGINE.md section 2):
//   t   the event's time; else the record's; else the highest so far in its
//       partition; before any such time, 1970-01-01 without moving a clock
//   t'  min(t, record time + ahead) with a trusted record time, else t
//   H   running max(t'); without a trusted record time a t' more than 10 min
//       above H counts only as the lowest of 32 consecutive such events
//   W_p H - disorder;  at = max(t, W_p before the event)
// An event with t < W_p - lateness is counted and not shown to patterns.
//
// Guarantees: an event's (t, at), its records and the counters after it are
// functions of its partition's messages alone; the order of records is that of
// batches and messages. Where batches end decides only where frames end, and
// so which values of a clock are seen on the way.
//
// Threads: one owner; pure (no time of day, no I/O).
// Tested by: tests/engine/log/sequencer_test.cc, sequencer_time_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/event/batch.h"
#include "engine/event/input.h"
#include "engine/log/log.h"
#include "engine/log/record.h"
#include "engine/match/match.h"
#include "engine/plan/plan.h"

namespace tocsin {

class Sequencer {
 public:
  // A jump in time above this waits for kJumpRecords that agree.
  static constexpr DurationNs kJump = 10 * kMinute;
  static constexpr uint32_t kJumpRecords = 32;

  // Goes on behind `tail`. The first batch has the number 1.
  Sequencer(const Inputs& inputs, std::shared_ptr<const Plan> plan,
            const LogTail& tail = {});

  // Takes the result of a batch and appends to `frames` one frame for each
  // batch that is now next in order, and what waited behind it. `log_time` is
  // the time of day, kMinTime in replay (frames then carry the highest t).
  // Internal: the counters of a batch do not add up (a bug of the matcher).
  Status Push(BatchResult&& result, TimeNs log_time,
              std::vector<Frame>* frames);

  // What ingest knew after it had put everything up to `status.next_offset`
  // into batches numbered at most `after_batch`: becomes a frame of clocks
  // (and gaps) behind that batch. Call at 1 Hz, when partitions or holes
  // appear, and before the first batch: a domain's W waits until the number of
  // partitions of its inputs is known. Replay passes no caught_up.
  Status Clocks(uint64_t after_batch,
                const std::vector<PartitionStatus>& statuses,
                const std::vector<Hole>& holes, TimeNs log_time,
                std::vector<Frame>* frames);

  // End of input: all partitions of all inputs ended. Call once all batches
  // are in.
  Frame End(TimeNs log_time);
  // Moves every domain's event time on to `until`: timers due by then fire.
  Frame Until(TimeNs until, TimeNs log_time);
  // What a person did.
  Frame Act(ActionRecord action, TimeNs log_time);

  // The clocks as of the last frame, ascending by partition.
  std::vector<ClockRecord> clocks() const;
  // The sequence of the last frame.
  uint64_t sequence() const { return sequence_; }
  // Batches that are in frames.
  uint64_t batches() const { return next_batch_ - 1; }
  // Batches and clocks that wait for an earlier batch.
  size_t waiting() const { return results_.size() + pending_.size(); }

 private:
  struct Waiting {  // a call of Clocks()
    std::vector<PartitionStatus> statuses;
    std::vector<Hole> holes;
    TimeNs log_time;
  };
  struct Timed {  // an event in its partition
    TimeNs time = kMinTime;
    TimeNs at = kMinTime;
    bool late = false;
  };

  Status EmitReady(std::vector<Frame>* frames);
  StatusOr<Frame> ToFrame(BatchResult& result, TimeNs log_time);
  Frame ToFrame(const Waiting& waiting);
  Status CheckCounted(const BatchResult& result, Partition partition) const;
  Frame NewFrame();
  void Stamp(TimeNs log_time, Frame* frame);
  ClockRecord& ClockOf(Partition partition);
  void AddClock(ClockRecord* clock, Frame* frame);
  Timed TimeOf(const EventResult& event, ClockRecord* clock);
  void AddRecord(const EventResult& event, const Timed& timed, Match* match,
                 Hash128* identity, Frame* frame) const;
  Hash128 Identity(const EventResult& event) const;
  static Status Count(uint64_t batch, const PartitionCounts& counts,
                      ClockRecord* clock);

  const Inputs inputs_;
  std::shared_ptr<const Plan> plan_;
  uint64_t sequence_;
  TimeNs log_time_;
  TimeNs max_time_ = kMinTime;  // of all partitions
  uint64_t next_batch_ = 1;
  std::map<Partition, ClockRecord> clocks_;
  std::map<InputId, int32_t> partitions_;  // of each input, once known
  std::map<uint64_t, std::pair<BatchResult, TimeNs>> results_;
  std::multimap<uint64_t, Waiting> pending_;  // by after_batch
};

}  // namespace tocsin
