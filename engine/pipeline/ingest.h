// SPDX-License-Identifier: Apache-2.0
//
// Ingest: the only stage that touches the MessageSource. It fills batches,
// numbers them and gives them to the workers as long as there is credit: a
// free slab, and no more than a few batches that the log has not taken.
// Without credit the source is paused and only kept alive. At 1 Hz it tells
// the sequencer where the partitions stand, and the source how far the log is
// durable.
//
// Threads: one owner. Tested by: tests/engine/pipeline/node_test.cc
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "engine/pipeline/alignment.h"
#include "engine/pipeline/clock_notes.h"
#include "engine/pipeline/node_options.h"
#include "engine/pipeline/node_state.h"
#include "engine/pipeline/worker_pool.h"

namespace tocsin {

class Ingest {
 public:
  Ingest(const NodeOptions& options, MessageSource* source, WorkerPool* pool,
         ClockNotes* notes, NodeState* state);

  // One round: hands on what it holds, looks at the clock, polls. Waits a
  // moment where there is nothing to do. An error ends the daemon.
  Status Step();

 private:
  bool Submit();
  Status Stalled();
  Status Poll(DurationNs wait, size_t max_messages, size_t max_bytes);
  void Tick();
  void Note(std::vector<PartitionStatus> statuses);
  void Commit();
  void Align(const std::vector<PartitionStatus>& statuses);
  void Hold(const std::set<Partition>& hold);

  const NodeOptions& options_;
  MessageSource* const source_;
  WorkerPool* const pool_;
  ClockNotes* const notes_;
  NodeState* const state_;

  Batch batch_;
  uint64_t batches_ = 0;  // handed on
  Alignment alignment_;
  std::set<Partition> held_;                          // paused in the source
  std::vector<std::pair<Partition, int32_t>> known_;  // as in the last note
  std::vector<Hole> holes_;                           // not yet in a note
  std::vector<Resume> commit_next_;
  TimeNs stalled_since_ = kMaxTime;
  TimeNs next_note_ = kMinTime;
};

}  // namespace tocsin
