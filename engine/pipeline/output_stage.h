// SPDX-License-Identifier: Apache-2.0
//
// OutputStage: outputs to sinks, in order, each again until it is taken; and
// copies of the state to snapshots. A copy is written once all that was caused
// by frames up to it is durable in the sinks: the cases first, with the marks
// of the sinks, then the shards, so that no shard is ever ahead of the cases
// (I2). Then the log is trimmed below what the oldest kept snapshots need.
//
// Threads: one owner. Tested by: tests/engine/pipeline/node_test.cc,
// node_faults_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/pipeline/apply_stage.h"
#include "engine/pipeline/node_options.h"
#include "engine/pipeline/node_state.h"
#include "engine/pipeline/queue.h"
#include "engine/pipeline/sink_writer.h"
#include "engine/state/snapshot.h"

namespace tocsin {

class OutputStage {
 public:
  OutputStage(const NodeOptions& options, SnapshotStore* snapshots,
              SinkWriter* findings, SinkWriter* incidents,
              Queue<NodeOutput>* in, NodeState* state);

  // One round. False: a sink is blocked, try again a little later. An error
  // ends the daemon.
  StatusOr<bool> Step();
  // The queue has ended and everything is durable.
  bool done() const;

 private:
  Status Take(NodeOutput output);
  StatusOr<bool> Write();
  StatusOr<bool> Flush();
  Status Publish(const StateCopy& copy);
  Status WriteSnapshots(const StateCopy& copy);
  Status Trim();
  void Report();

  const NodeOptions& options_;
  SnapshotStore* const snapshots_;
  SinkWriter* const findings_;
  SinkWriter* const incidents_;
  Queue<NodeOutput>* const in_;
  NodeState* const state_;

  std::vector<std::pair<SinkWriter*, OutRecord>> records_;  // to be written
  size_t written_ = 0;                                      // of these
  std::optional<StateCopy> copy_;                           // to be published
  uint64_t sequence_ = 0;  // of the last output taken
  TimeNs next_flush_ = kMinTime;
  TimeNs next_report_ = kMinTime;
  TimeNs published_;
};

}  // namespace tocsin
