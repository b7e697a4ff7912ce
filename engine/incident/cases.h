// SPDX-License-Identifier: Apache-2.0
//
// Cases: findings to incidents. One state machine after all shards; its input
// is the same log, plus what the shards made of each frame. Findings are put
// in canonical order (at, stratum, rule, key, finding id) and wait for the
// watermark of all inputs that can feed their case, so that a case is the same
// whatever the schedule; then they join the case of (name, key) whose span
// they are in, both ends included, or open one. A finding that resolves another
// joins, but opens nothing.
//
// A finding beyond Limits::findings_per_rule_minute is only counted in its
// case. Where it, or one beyond Limits::open_cases, would open a case, it joins
// the case "NAME (surplus)" of no key: a flood gives one incident that says so,
// and never mixes with the case of another key.
//
// Pure, like Shard. One owner. Tested by: tests/engine/incident/cases_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/detect/finding.h"
#include "engine/event/input.h"
#include "engine/incident/incident.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin {

struct CaseCounters {
  uint64_t findings = 0;  // received, held-back ones too
  uint64_t held_back = 0;
  uint64_t incidents = 0;         // opened
  uint64_t rule_minute_cut = 0;   // Limits::findings_per_rule_minute bit
  uint64_t open_cases_cut = 0;    // Limits::open_cases bit
  uint64_t duplicates = 0;        // same finding id again in the case
  uint64_t clamped = 0;           // came below W
  uint64_t reorder_overflow = 0;  // Limits::reorder_records bit
  bool operator==(const CaseCounters&) const = default;
};

class Cases {
 public:
  Cases(std::shared_ptr<const Plan> plan, const Inputs& inputs);
  ~Cases();
  Cases(Cases&&) noexcept;
  Cases& operator=(Cases&&) noexcept;

  // Applies a frame and all findings that it caused: those of its kFinding
  // records and of every shard, in any order. Appends the newest revision of
  // each incident that changed, by (first_at, id). A frame that was applied
  // before is ignored.
  void Apply(const Frame& frame, const std::vector<Finding>& findings,
             std::vector<Incident>* revisions);

  uint64_t sequence() const;
  CaseCounters counters() const;
  size_t waiting() const;  // findings that wait for the watermark
  size_t open() const;     // cases that can still grow

  std::string Save() const;
  static StatusOr<Cases> Load(std::shared_ptr<const Plan> plan,
                              const Inputs& inputs, std::string_view state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin
