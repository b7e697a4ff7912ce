// SPDX-License-Identifier: Apache-2.0
//
// Generated: rules of every pattern and a stream of matches for them, made from
// a seed: two partitions, disorder, late events, ties, values that are missing,
// arrays, or text where a number is wanted.
//
// Threads: one. Tested by: tests/differential/detect_differential_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "engine/event/input.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin::testing {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  // 0 .. below - 1
  uint32_t Roll(uint32_t below) {
    return static_cast<uint32_t>(engine_() % below);
  }
  bool OneIn(uint32_t n) { return Roll(n) == 0; }
  template <class T>
  T Pick(std::initializer_list<T> items) {
    return *(items.begin() + Roll(static_cast<uint32_t>(items.size())));
  }

 private:
  std::mt19937_64 engine_;
};

inline constexpr DurationNs kDisorder = 3 * kSecond;
Inputs DetectInputs();

std::shared_ptr<const Plan> GenerateRules(Dice* dice);

struct DetectStream {
  struct Event {
    std::vector<MatchRecord> records;  // of one event
    ClockRecord clock;                 // of its partition, after it
  };
  std::vector<Event> events;
  TimeNs start = kMaxTime;  // least place
  TimeNs end = kMinTime;    // W after the end of input
};
DetectStream GenerateStream(const Plan& plan, Dice* dice);

}  // namespace tocsin::testing
