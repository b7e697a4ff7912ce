// SPDX-License-Identifier: Apache-2.0
//
// Detection: everything behind the log as one step function: all shards and
// the cases. Replay, rule tests and the daemon call the same one; it is a
// deterministic function of the frames in order.
//
// Pure: no clock, no I/O, no thread. One owner.
// Tested by: tests/engine/pipeline/detection_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/detect/shard.h"
#include "engine/incident/cases.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin {

// What one frame caused. Findings in this order: those of the frame's own
// records, then shard by shard; the position of each is (frame, index).
struct Outputs {
  uint64_t sequence = 0;
  std::vector<Finding> findings;
  std::vector<Incident> incidents;
};

class Detection {
 public:
  Detection(std::shared_ptr<const Plan> plan, const Inputs& inputs);

  // Applies the next frame. `out` is cleared first. After a restart from
  // snapshots of different sequences, frames that cases have seen give no
  // output again.
  void Apply(const Frame& frame, Outputs* out);

  // The lowest sequence of all parts: reading goes on with the next frame.
  uint64_t sequence() const;
  // Parts 0 .. kShardCount - 1 are the shards, part kShardCount the cases.
  uint64_t SequenceOf(uint32_t part) const;
  std::string Save(uint32_t part) const;
  Status Load(uint32_t part, std::string_view state);

  // How full the fullest reorder buffer is, 0 to 1: one busy key is enough to
  // fill that of its shard.
  double ReorderFill() const;

  const std::vector<Shard>& shards() const { return shards_; }
  const Cases& cases() const { return cases_; }

 private:
  std::shared_ptr<const Plan> plan_;
  Inputs inputs_;
  std::vector<Shard> shards_;
  Cases cases_;
  std::vector<std::vector<uint32_t>> by_shard_;  // scratch
};

}  // namespace tocsin
