// SPDX-License-Identifier: Apache-2.0
//
// ApplyStage: durable frames to outputs, and now and then a copy of the whole
// state behind the outputs that it has seen. All parts are copied at the same
// frame, so that a boot applies each frame to all of them.
//
// Threads: one owner. Tested by: tests/engine/pipeline/node_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/log.h"
#include "engine/pipeline/detection.h"
#include "engine/pipeline/node_options.h"
#include "engine/pipeline/node_state.h"
#include "engine/pipeline/queue.h"

namespace tocsin {

// The state as of one frame: Detection::Save() of every part.
struct StateCopy {
  uint64_t sequence = 0;
  std::vector<std::string> parts;
};

// What the output stage gets: of a frame, or a copy of the state.
struct NodeOutput {
  Outputs outputs;
  std::optional<StateCopy> copy;
};

class ApplyStage {
 public:
  ApplyStage(const NodeOptions& options, Detection* detection,
             Queue<NodeOutput>* out, NodeState* state);

  // Applies what the log holds up to frame `through`; after a boot.
  Status CatchUp(LogReader* reader, uint64_t through);
  // Applies a frame, and copies the state when it is time. False: everything
  // ends.
  bool Apply(const Frame& frame);
  // Copies the state, unless there is a copy of it.
  bool Copy();

 private:
  void Report();

  const NodeOptions& options_;
  Detection* const detection_;
  Queue<NodeOutput>* const out_;
  NodeState* const state_;
  uint64_t copied_ = 0;
  TimeNs next_copy_;
  TimeNs next_report_ = kMinTime;
};

}  // namespace tocsin
