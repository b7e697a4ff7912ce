// SPDX-License-Identifier: Apache-2.0
//
// The event test: every event that passes is a finding.
#include "rules/pattern/pattern.h"

namespace tocsin::rules {
namespace {

class EventNames : public PatternNames {};

}  // namespace

bool LowerEventPattern(RuleLowerer* rule, const ast::Pattern& pattern) {
  const auto& condition = std::get<ast::Condition>(pattern.node);
  bool ok = true;
  if (!condition.by.empty()) {
    rule->lowering()
        .Add("E223", condition.by.span,
             "`by` groups events over a time, and here is none")
        .Help(
            "say how long: within 10m; or, to hold back repeated findings, "
            "at most 1 by .. per 1h");
    ok = false;
  }
  const RuleLowerer::Tested test = rule->TestOfCondition(*condition.condition);
  if (!test.ok || !ok) return false;
  if (!rule->EventTest(test, {}, pattern.span)) return false;
  rule->rule().pattern = EventPattern{};
  rule->SetNames(std::make_unique<EventNames>());
  return true;
}

}  // namespace tocsin::rules
