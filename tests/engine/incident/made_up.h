// SPDX-License-Identifier: Apache-2.0
//
// Made up: small plans, findings and frames for the tests of cases and
// incidents.
//
// Threads: values. Tested by: the tests that use it
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/detect/finding.h"
#include "engine/event/input.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin::testing {

// 2026-01-05T00:00:00Z, a Monday.
inline constexpr TimeNs kStart = 1'767'571'200 * kSecond;

// Inputs "a", "b", ... with topics of the same names.
Inputs MakeInputs(size_t count);

struct RuleSpec {
  std::string name = {};
  std::string case_name = {};  // "": the name
  std::vector<std::string> topics = {};
  std::vector<std::string> attack = {};
  std::vector<VerisEntry> veris = {};
  DurationNs span = 24 * kHour;
  bool none = false;
  std::string playbook = {};
};
std::shared_ptr<const Plan> MakePlan(const std::vector<RuleSpec>& rules,
                                     const Limits& limits = {});

// A finding of rule number `rule` about `user`, `at` after kStart, with one
// event as evidence; its id follows from all of these.
Finding MakeFinding(const Plan& plan, uint32_t rule, std::string_view user,
                    DurationNs at, Level level = Level::kHigh,
                    int64_t number = 0);

// A well-formed line of a `veris` block, of any axis.
VerisEntry RandomEntry(std::mt19937* random);

// A frame that sets the clock of partition 0 of each input: kStart + w.
Frame MakeFrame(uint64_t sequence,
                const std::vector<std::pair<uint32_t, DurationNs>>& clocks);

}  // namespace tocsin::testing
