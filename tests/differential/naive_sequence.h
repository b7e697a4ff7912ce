// SPDX-License-Identifier: Apache-2.0
//
// NaiveSequence: the findings of a sequence for the events of one key: at each
// event every choice of events is tried, latest first from the last step back,
// and judged as a whole.
//
// Threads: one. Tested by: tests/differential/detect_differential_test.cc
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/match/match.h"
#include "engine/plan/plan.h"

namespace tocsin::testing {

struct NaiveStepEvent {
  uint64_t tests = 0;
  TimeNs now = 0;
  TimeNs time = 0;
  const MatchBody* body = nullptr;
};

struct NaiveSequenceFinding {
  TimeNs time = 0;
  bool by_timer = false;
  size_t completing = 0;                          // event
  std::vector<std::pair<size_t, size_t>> events;  // step, event
};

// `events` in the total order.
std::vector<NaiveSequenceFinding> NaiveSequence(
    const Plan& plan, const SequencePattern& sequence,
    const std::vector<NaiveStepEvent>& events, TimeNs end);

}  // namespace tocsin::testing
