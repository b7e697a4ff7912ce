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
  const RuleLowerer::Tested test = rule->TestOfCondition(*condition.condition);
  if (!test.ok) return false;
  if (!rule->EventTest(test, {}, pattern.span)) return false;
  rule->rule().pattern = EventPattern{};
  rule->SetNames(std::make_unique<EventNames>());
  return true;
}

}  // namespace tocsin::rules
