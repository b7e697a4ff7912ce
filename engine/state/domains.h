// SPDX-License-Identifier: Apache-2.0
//
// Domains: the time domains of a plan. A rule's watermark is the minimum over
// the inputs that its sources read, so that a slow input does not delay the
// others; rules that read the same inputs share one domain.
//
// Threads: pure functions. Tested by: tests/engine/state/domains_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/event/input.h"
#include "engine/plan/plan.h"

namespace tocsin {

// Inputs, ascending and without repetition.
using InputSet = std::vector<InputId>;

struct Domains {
  std::vector<InputSet> sets;     // distinct, in order of first use
  std::vector<uint32_t> of_rule;  // by RuleId: index into `sets`

  // The number of `set`, which is added if it is new.
  uint32_t Intern(const InputSet& set);
};

// The inputs that a rule can read: those whose topic is in Rule::topics,
// compared folded; all of them where it names none. A set can be empty (no
// configured input has the topic): such a domain's W never moves.
InputSet InputsOf(const Rule& rule, const Inputs& inputs);

// The domains of all rules of the plan.
Domains MakeDomains(const Plan& plan, const Inputs& inputs);

// The union: what an incident waits for that several rules feed.
InputSet UnionOf(const InputSet& a, const InputSet& b);

}  // namespace tocsin
