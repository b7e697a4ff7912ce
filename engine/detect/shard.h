// SPDX-License-Identifier: Apache-2.0
//
// Shard: one of kShardCount deterministic state machines that turn the matches
// of stateful rules into findings. Its only input is the log: frames in order
// of their sequence. It restores the one total order (state/reorder.h), runs
// the detectors (one file per pattern), their timers, then `at most` and
// `mode shadow`.
//
// Pure: no clock, no I/O, no thread. One owner.
// Tested by: tests/engine/detect/shard_test.cc,
// tests/differential/detect_differential_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/detect/finding.h"
#include "engine/event/input.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin {

// Sums over all rules of a shard, since the first start; part of its state.
struct ShardCounters {
  uint64_t matches = 0;           // applied
  uint64_t clamped = 0;           // came below W
  uint64_t reorder_overflow = 0;  // Limits::reorder_records bit
  uint64_t late_bucket = 0;       // events whose `per` bucket had closed
  uint64_t key_minute_cut = 0;    // Limits::matches_per_key_minute bit
  uint64_t evicted_keys = 0;      // Limits::keys_per_rule bit
  uint64_t ring_cut = 0;          // Limits::ring bit (sets of sequences)
  uint64_t candidates_cut = 0;    // Limits::sequence_candidates bit
  uint64_t not_number = 0;        // values skipped by sum, avg, min, max
  bool operator==(const ShardCounters&) const = default;
};

class Shard {
 public:
  Shard(uint32_t number, std::shared_ptr<const Plan> plan,
        const Inputs& inputs);
  ~Shard();
  Shard(Shard&&) noexcept;
  Shard& operator=(Shard&&) noexcept;

  // Applies the next frame: its records with the numbers `mine` (those whose
  // MatchRecord::shard is this one), then its clocks, then releases what W has
  // passed and fires timers. Appends findings, in canonical order. A frame
  // that was applied before is ignored.
  void Apply(const Frame& frame, std::span<const uint32_t> mine,
             std::vector<Finding>* findings);

  // The sequence of the last frame applied; 0: none.
  uint64_t sequence() const;
  const ShardCounters& counters() const;
  // Matches that wait for the watermark.
  size_t waiting() const;
  // Keys with state.
  size_t keys() const;

  // The whole state, for a snapshot; equal states give equal bytes.
  std::string Save() const;
  // A shard from Save() under the same plan. DataLoss: damaged bytes.
  static StatusOr<Shard> Load(uint32_t number, std::shared_ptr<const Plan> plan,
                              const Inputs& inputs, std::string_view state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The finding of a single-event rule without `at most`: a record of kind
// kFinding. Its rule's `mode shadow` is applied.
Finding FindingOfEvent(const Plan& plan, const MatchRecord& record);

}  // namespace tocsin
