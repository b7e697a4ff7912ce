// SPDX-License-Identifier: Apache-2.0
//
// SequencePlan: a sequence with its `where`s taken apart. What looks at one
// event alone is judged when that event arrives; what compares steps is
// judged while steps are chosen, from the last one back, as soon as all that
// it mentions is chosen: at its *level*, a step number.
//
// Threads: immutable once made. Tested by: tests/engine/detect/sequence_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "engine/plan/plan.h"

namespace tocsin {

// One part of a `where` that mentions other steps.
struct CrossTest {
  ExprId test;
  uint64_t steps = 0;  // mentioned, by bit
  // `x == a.x`, also with a set: alternatives that fail it are passed over
  // and not counted against Limits::sequence_candidates.
  bool join = false;
  uint32_t joined = 0;  // the step of a join
  int level = 0;
};

struct SequenceStep {
  uint32_t test = 0;
  size_t at_least = 1;
  bool set = false;  // counted: all fitting events up to the next step
  std::vector<uint32_t> distinct;
  std::vector<ExprId> alone;
  std::vector<CrossTest> cross;
  // The level at which its set is known: its own number, but lower where
  // `cross` says which events fit.
  int known = 0;
  // Some comparison that is no join mentions it.
  bool capped = false;
  // Whether a choice of earlier steps exists depends on this step's first
  // event only.
  bool independent = false;
};

struct SequenceGuard {
  uint64_t tests = 0;
  int after = -1;           // -1: leading
  DurationNs trailing = 0;  // > 0: after the last step
  std::vector<ExprId> alone;
  std::vector<CrossTest> cross;
  int level = 0;
};

struct SequencePlan {
  // Steps and guards beyond this many are refused by the checker.
  static constexpr size_t kMost = 64;

  std::vector<SequenceStep> steps;
  std::vector<SequenceGuard> guards;
  uint64_t inner = 0;      // guards between steps, by bit
  uint64_t leading = 0;    // guards before the first step
  uint64_t trailing = 0;   // guards after the last step
  DurationNs longest = 0;  // of the trailing ones
  bool compares = false;   // something is judged while steps are chosen
};

SequencePlan MakeSequencePlan(const Plan& plan, const SequencePattern& pattern);

}  // namespace tocsin
