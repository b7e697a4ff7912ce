// SPDX-License-Identifier: Apache-2.0
//
// SequenceSearch: is there a choice of events that completes a sequence, and
// of several the one with the latest events, from the last step back
// (LANGUAGE.md "Settled" 4).
//
// Depth first over the first event of each step, latest first. A step takes
// the events from its first one up to the next step's first one; a guard looks
// between the same two. Where nothing compares steps, a step that led nowhere
// is not tried twice from the same event, so that the search is linear in the
// events of each pair of steps. Comparisons that are no joins stop after
// Limits::sequence_candidates alternatives, and everything after
// Limits::ring * Limits::sequence_candidates evaluations, counted.
//
// Threads: one owner. Tested by: tests/engine/detect/sequence_test.cc,
// tests/differential/detect_differential_test.cc
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/detect/moment.h"
#include "engine/detect/sequence_plan.h"
#include "engine/log/record.h"
#include "engine/match/match.h"

namespace tocsin {

// An event that may become part of a sequence.
struct StepEvent {
  Coordinate from;
  TimeNs at = 0;
  TimeNs time = 0;
  uint64_t fits = 0;     // steps whose test and own `where` it passes
  uint64_t breaks = 0;   // guards between steps, likewise
  bool blocked = false;  // a leading guard forbids to begin here
  // Values of steps that count distinct ones.
  std::vector<std::pair<uint32_t, Hash128>> values;
  std::string body;
};

class SequenceSearch {
 public:
  // `events` in the total order, the completing one last.
  SequenceSearch(const Plan& plan, const SequencePlan& sequence,
                 DurationNs within, TimeNs now,
                 std::vector<const StepEvent*> events);

  // Fills, by step, the numbers of its events, ascending. Call it once.
  bool Find(std::vector<std::vector<uint32_t>>* chosen);
  // A limit ended the search or a part of it.
  bool cut() const { return cut_; }

 private:
  enum class Answer : uint8_t { kYes, kNo, kNoJoin };

  bool Place(int step, size_t bound);
  void JoinWithSet(size_t step, size_t event, std::vector<bool>* joined);
  bool Breaks(const StepEvent& event, int step) const;
  Answer Try(int step, size_t first, const std::vector<bool>& joined);
  bool JoinsHold(int step, const std::vector<bool>& joined);
  bool LevelHolds(int level);
  bool TestsHold(int level, uint32_t owner);
  bool SetHolds(uint32_t step);
  bool GuardHolds(const SequenceGuard& guard, uint32_t number);

  bool Fits(size_t event, size_t step) const {
    return (events_[event]->fits >> step & 1) != 0 && InWindow(event);
  }
  bool InWindow(size_t event) const {
    return SubSaturating(now_, events_[event]->time) <= within_;
  }
  // Evaluates with `event` at hand, as an event of step `own`, if it is one.
  bool Holds(const CrossTest& test, size_t event, size_t own);
  // Are these enough events for the step?
  bool Enough(size_t step, std::span<const uint32_t> events) const;
  const MatchBody& Body(size_t event);
  void View(size_t step, std::span<const uint32_t> events);
  void CollectMembers(size_t step);

  const Plan& plan_;
  const SequencePlan& sequence_;
  const DurationNs within_;
  const TimeNs now_;
  const std::vector<const StepEvent*> events_;
  std::vector<MatchBody> bodies_;  // decoded as they are needed
  std::vector<bool> decoded_;
  std::vector<size_t> first_;  // by step
  std::vector<size_t> bound_;  // by step: first event that is not its
  std::vector<std::vector<uint32_t>> members_;
  std::vector<bool> collected_;  // members_ and views_ are those of first_
  std::vector<StepView> views_;
  std::vector<std::vector<bool>> failed_;  // by step and first event
  int64_t evaluations_;
  bool cut_ = false;
};

}  // namespace tocsin
