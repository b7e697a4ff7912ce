// SPDX-License-Identifier: Apache-2.0
//
// Replay: the whole pipeline in this process, over input that ends: matching,
// sequencer, a log in memory, detection, incidents. `replay`, `test` and
// `bench` are this class. No time of day enters: the same messages and plan
// give the same output, byte for byte, for any number of workers and any
// batch limits.
//
//   Replay replay(plan, inputs, options, output);
//   RETURN_IF_ERROR(replay.Read(&source));   // to its end
//   RETURN_IF_ERROR(replay.End());
//
// or, step by step in the calling thread (rule tests): Open(), Add(), Until().
//
// Errors: those of the source and of the outputs; Internal where the ledger
// `consumed = evaluated + dead-lettered + filtered` of a partition is broken.
// Threads: one owner; the workers are inside.
// Tested by: tests/engine/pipeline/replay_test.cc
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "engine/event/input.h"
#include "engine/log/memory_log.h"
#include "engine/log/sequencer.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/alignment.h"
#include "engine/pipeline/detection.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/worker_pool.h"
#include "engine/plan/plan.h"
#include "engine/state/watermarks.h"

namespace tocsin {

struct ReplaySummary {
  uint64_t messages = 0;
  uint64_t bytes = 0;
  // The ledger, over all partitions.
  uint64_t consumed = 0;
  uint64_t evaluated = 0;
  uint64_t dead_lettered = 0;
  uint64_t filtered = 0;
  uint64_t late = 0;
  uint64_t missing = 0;   // offsets that no longer exist
  uint64_t findings = 0;  // held-back ones too
  uint64_t held_back = 0;
  uint64_t incidents = 0;
  TimeNs max_time = kMinTime;  // highest event time
  MatchCounters match;
  ShardCounters shards;
  CaseCounters cases;
  std::vector<ClockRecord> partitions;
};

struct ReplayOptions {
  int workers = 1;           // 1: match in the calling thread
  int64_t batch_events = 0;  // 0: Limits::slab_events
  int64_t batch_bytes = 0;   // 0: Limits::slab_bytes
  // Called about once a batch.
  std::function<void(const ReplaySummary&)> progress;
};

// What comes out; each may be empty. Findings in canonical order (at, stratum,
// rule, key hash, id) once no earlier one can follow; incidents at the end,
// the last revision of each, by (first_at, id); dead letters as they are met.
struct ReplayOutput {
  std::function<Status(const Finding&)> finding;
  std::function<Status(const Incident&)> incident;
  std::function<Status(const DeadLetter&)> dead_letter;
};

class Replay {
 public:
  Replay(std::shared_ptr<const Plan> plan, const Inputs& inputs,
         ReplayOptions options, ReplayOutput output);
  ~Replay();

  // Starts `source` and reads all of it. Unavailable: it could not be reached
  // for half a minute.
  Status Read(MessageSource* source);

  // Step by step: names the partitions; then batches in the order of calls.
  Status Open(const std::vector<PartitionStatus>& partitions);
  Status Add(Batch batch);

  // Moves event time on: everything due by `until` happens.
  Status Until(TimeNs until);
  // No more input. Gives out what is left, then the incidents.
  Status End();

  // Incidents so far, by id, the last revision of each.
  const std::map<Hash128, Incident>& incidents() const { return incidents_; }
  ReplaySummary Summary() const;

 private:
  // The canonical order of findings.
  using FindingPlace = std::tuple<TimeNs, uint32_t, RuleId, Hash128, Hash128>;

  StatusOr<Batch> TakeBatch();
  Status Submit(Batch batch);
  Status DrainResults(DurationNs wait);
  Status PollOnce(MessageSource* source);
  Status NoteClocks(MessageSource* source);
  Status CheckReachable(const Status& polled, const MessageSource& source);
  void Align(MessageSource* source);
  Status Take(BatchResult result);
  Status GiveDeadLetters();
  Status Detect(std::vector<Frame> frames);
  Status GiveFindings(TimeNs below);
  Status CheckLedger() const;

  const std::shared_ptr<const Plan> plan_;
  const Inputs inputs_;
  const ReplayOptions options_;
  const ReplayOutput output_;
  const size_t batch_events_;
  const size_t batch_bytes_;

  std::unique_ptr<Matcher> matcher_;  // one worker
  std::unique_ptr<WorkerPool> pool_;  // several
  Batch batch_;                       // of the one worker
  Sequencer sequencer_;
  MemoryLog log_;
  Detection detection_;
  Watermarks watermarks_;  // one domain: all inputs
  Alignment alignment_;

  uint64_t batches_ = 0;                // submitted
  uint64_t taken_ = 0;                  // came back
  std::vector<PartitionStatus> known_;  // as last told the sequencer
  std::set<Partition> held_;
  TimeNs reached_ = kMinTime;  // steady time the source was last reachable
  std::map<uint64_t, std::vector<DeadLetter>> dead_letters_;  // by batch
  uint64_t next_dead_letters_ = 1;
  Outputs outputs_;  // scratch
  std::map<FindingPlace, Finding> findings_;
  std::map<Hash128, Incident> incidents_;
  ReplaySummary summary_;
};

}  // namespace tocsin
