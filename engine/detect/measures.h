// SPDX-License-Identifier: Apache-2.0
//
// Measures: the numbers of a condition (count, distinct, sum, avg, min, max) of
// one key, over a window that slides or over one bucket.
//
// Sliding: `exact` counts are a ring of the latest times, `exact` distincts the
// latest time of each value, both at most Limits::ring (or the constant that
// they are compared with); all others are 60 aligned sub-buckets, by their
// definition (LANGUAGE.md "Settled" 2). In a bucket everything is exact, but
// distinct stops at Limits::bucket_values.
//
// Sums are fixed point, 1e-9, so that they do not depend on the order in which
// parts are added. Threads: one owner; pure.
// Tested by: tests/engine/detect/window_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/detect/detector.h"
#include "engine/plan/plan.h"
#include "engine/state/flat_index.h"

namespace tocsin {

__extension__ using Fixed = __int128;
// What a sum adds for a number; stops at the ends of its range.
Fixed ToFixed(const Value& number);
// The sum as the language sees it: an integer where it is one.
Value FromFixed(Fixed sum);

// Numbers of some events together.
struct Part {
  uint64_t count = 0;   // events; for avg, min, max the numbers
  Fixed sum = 0;        // sum, avg
  Value least_or_most;  // min, max; null: none

  // `number`: null where the measure needs none.
  void Add(MeasureKind kind, const Value& number);
  void Add(MeasureKind kind, const Part& other);
  std::optional<Value> Read(MeasureKind kind) const;
};

// The state of one measure of one key.
struct MeasureState {
  struct Times {
    std::vector<TimeNs> times;  // ascending
  };
  struct Distincts {  // within
    struct Known {
      Hash128 identity;
      TimeNs last = 0;
    };
    std::vector<Known> known;  // as first seen
  };
  struct Parts {
    std::vector<std::pair<int64_t, Part>> parts;  // by sub-bucket, ascending
  };
  struct Set {                    // per
    std::vector<Hash128> values;  // as first seen
    FlatIndex index;
  };
  std::variant<Times, Distincts, Parts, Set> state;
};

// How one rule's condition is measured.
class Measures {
 public:
  using State = std::vector<MeasureState>;
  using Results = std::vector<std::optional<Value>>;

  Measures(const WindowPattern* window, const Limits* limits)
      : window_(*window), limits_(*limits) {}

  // Nothing measured.
  State Fresh() const;
  // Counts the event in the measures whose test it passes.
  void Add(const Turn& turn, State* state, ShardCounters* counters) const;
  // As of `now`; of a bucket, all of it.
  Results Read(TimeNs now, const State& state) const;
  // Most bytes that one key can take.
  size_t bytes_per_key() const;

  void Encode(const State& state, ByteWriter* out) const;
  State Decode(ByteReader* in) const;

 private:
  size_t Cap(const Measure& measure) const;
  void AddTime(TimeNs time, TimeNs now, size_t cap,
               MeasureState::Times* state) const;
  void AddValue(const Hash128& identity, TimeNs time, TimeNs now, size_t cap,
                MeasureState::Distincts* state, ShardCounters* counters) const;
  void AddNumbers(const Measure& measure, const Turn& turn,
                  MeasureState::Parts* state, ShardCounters* counters) const;

  const WindowPattern& window_;
  const Limits& limits_;
};

}  // namespace tocsin
