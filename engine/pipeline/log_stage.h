// SPDX-License-Identifier: Apache-2.0
//
// LogStage: results of the workers, in any order, to durable frames in order.
// Dead letters of a batch are durable before its frame is appended, frames are
// durable before they are handed on; fdatasync covers all that is there at
// once. A full disk is a problem that is said and waited out: nothing is
// handed on, so input stops for want of credit.
//
// Threads: one owner. Tested by: tests/engine/pipeline/node_faults_test.cc
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "engine/log/log.h"
#include "engine/log/sequencer.h"
#include "engine/pipeline/clock_notes.h"
#include "engine/pipeline/node_options.h"
#include "engine/pipeline/node_state.h"
#include "engine/pipeline/queue.h"
#include "engine/pipeline/sink_writer.h"
#include "engine/pipeline/worker_pool.h"

namespace tocsin {

class LogStage {
 public:
  LogStage(const NodeOptions& options, const LogTail& tail, LogWriter* log,
           WorkerPool* pool, ClockNotes* notes, SinkWriter* dead_letters,
           Queue<Frame>* out, NodeState* state);

  // One round. False: it is blocked, try again a little later. An error ends
  // the daemon.
  StatusOr<bool> Step();
  // All workers have ended and everything of theirs was handed on.
  bool done() const;

 private:
  StatusOr<bool> TakeResult(BatchResult* result);
  StatusOr<bool> WriteDeadLetters(const BatchResult& result);
  Status TakeNotes();
  StatusOr<bool> Append();
  Status SyncAndHandOn();
  Status Trim();
  Status CheckLedger(const Frame& frame) const;

  const NodeOptions& options_;
  LogWriter* const log_;
  WorkerPool* const pool_;
  ClockNotes* const notes_;
  SinkWriter* const dead_letters_;
  Queue<Frame>* const out_;
  NodeState* const state_;

  Sequencer sequencer_;
  std::optional<BatchResult> result_;  // waits for its dead letters
  size_t letters_written_ = 0;         // of `result_`
  std::vector<Frame> fresh_;           // scratch
  std::deque<Frame> frames_;           // to be appended
  std::vector<Frame> appended_;        // to be synced
  TimeNs appended_since_ = kMaxTime;   // steady time of the first of these
  uint64_t trimmed_ = 0;
};

}  // namespace tocsin
