// SPDX-License-Identifier: Apache-2.0
//
// Detector: one pattern of one rule in one shard. It sees the rule's matches
// in the one total order and its timers between them, keeps what it must per
// key, and says when the pattern is complete.
//
// A new pattern is one file and one row in the table of detector.cc.
//
// Threads: one owner; pure. Tested by: tests/engine/detect/shard_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/detect/outcome.h"
#include "engine/detect/shard.h"
#include "engine/match/match.h"
#include "engine/plan/plan.h"
#include "engine/state/timers.h"

namespace tocsin {

// A match whose turn it is. Borrows its bytes.
struct Turn {
  Hash128 key;
  uint64_t tests = 0;
  Place place;
  TimeNs time = 0;
  Hash128 identity;
  std::string_view bytes;
  const MatchBody* body = nullptr;

  TimeNs at() const { return place.at; }
  bool fits(uint32_t test) const { return (tests >> test & 1) != 0; }
};

// Where findings go.
class FindingSink {
 public:
  struct Emitted {
    Hash128 id;
    // Known at once for findings of timers only; events of one time spend
    // `at most` together, when all of them were seen.
    HeldBack held_back = HeldBack::kNo;
  };
  virtual ~FindingSink() = default;
  virtual Emitted Emit(Completion completion) = 0;
};

// What a detector works with. Everything outlives it.
struct DetectorContext {
  const Plan* plan = nullptr;
  RuleId rule;
  uint32_t shard = 0;
  size_t keys = 1;  // at most
  Timers* timers = nullptr;
  FindingSink* sink = nullptr;
  ShardCounters* counters = nullptr;

  const tocsin::Rule& of() const { return plan->rule(rule); }
};

class Detector {
 public:
  virtual ~Detector() = default;
  virtual void OnMatch(const Turn& turn) = 0;
  // One of its timers, which is not scheduled any more.
  virtual void OnTimer(const Timer&) {}
  // The `at` of the first event of its inputs, told once, before any match.
  virtual void OnStart(TimeNs) {}

  virtual size_t keys() const { return 0; }
  virtual uint64_t evicted() const { return 0; }
  // What one key can grow to.
  virtual size_t bytes_per_key() const = 0;

  virtual void Save(ByteWriter* out) const = 0;
  // False: damaged bytes.
  virtual bool Load(ByteReader* in) = 0;
};

std::unique_ptr<Detector> MakeDetector(const DetectorContext& context);
// Does the rule's detector need OnStart()?
bool NeedsStart(const Rule& rule);

// The event of a turn as evidence.
Seen SeenOf(const Turn& turn, uint32_t step, const Rule& rule,
            const Limits& limits);

// One file each.
std::unique_ptr<Detector> MakeEventDetector(const DetectorContext& context);
std::unique_ptr<Detector> MakeWindowDetector(const DetectorContext& context);
std::unique_ptr<Detector> MakeSequenceDetector(const DetectorContext& context);
std::unique_ptr<Detector> MakeSilenceDetector(const DetectorContext& context);

}  // namespace tocsin
