// SPDX-License-Identifier: Apache-2.0
//
// Generated plans and events for differential tests: a small vocabulary, so
// that they meet often, with the awkward values of logs in it.
//
// Threads: pure functions of the seed.
// Tested by: tests/differential/match_differential_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tocsin::testing {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t Below(size_t n) { return engine_() % n; }
  bool Chance(size_t percent) { return Below(100) < percent; }
  template <typename T>
  const T& Of(const std::vector<T>& items) {
    return items[Below(items.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// A plan with some sources, a list and `rules` rules.
std::shared_ptr<const Plan> GeneratedPlan(uint64_t seed, size_t rules);

// One message: mostly one JSON object, sometimes several or damaged ones.
std::string GeneratedMessage(Dice* dice);
// One line of text.
std::string GeneratedLine(Dice* dice);

}  // namespace tocsin::testing
