// SPDX-License-Identifier: Apache-2.0
//
// Outcome: a completed pattern to a Finding: level, risk, keep, summary, case
// and its key, and what `at most` counts it under. The id and what holds it
// back come after, in the shard.
//
// Threads: pure but for the thread's RuleEval.
// Tested by: tests/engine/detect/finding_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/detect/evidence.h"
#include "engine/detect/finding.h"
#include "engine/detect/moment.h"
#include "engine/plan/plan.h"

namespace tocsin {

// What a detector knows when its pattern is complete.
struct Completion {
  RuleId rule;
  Hash128 key;
  std::vector<std::string> shown_key;  // by Rule::key_names
  TimeNs time = 0;
  TimeNs at = 0;
  Place place;  // of the completing event: among findings of one time
  // Event, steps and measures. Rule and key are filled in.
  Moment moment;
  uint64_t evidence_total = 0;
  std::vector<Evidence> evidence;
  std::vector<std::vector<std::string>> kept;  // by Rule::keep
  std::optional<Hash128> identity;  // of the event of a single-event rule
  std::optional<Hash128> resolves;
  // Of the finding that is resolved: both are shown or neither is.
  HeldBack resolved_held = HeldBack::kNo;
};

// A finding that still has to pass `at most`.
struct Candidate {
  Finding finding;
  Place place;
  std::vector<Hash128> budgets;  // empty: it passes
};

// All but id and held_back.
Candidate MakeCandidate(const Plan& plan, Completion completion);

// Of the `n`-th finding of its rule and key at its time.
Hash128 StatefulId(const Rule& rule, const Finding& finding, uint64_t n);
Hash128 SingleEventId(const Rule& rule, const Hash128& identity);

std::vector<std::string> ShownKey(const MatchBody& body);

}  // namespace tocsin
