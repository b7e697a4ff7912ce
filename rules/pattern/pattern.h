// SPDX-License-Identifier: Apache-2.0
//
// Patterns: what `when` may look for. A pattern is one file here and one row
// of the table in pattern.cc; the engine's half is engine/detect/NAME.cc.
//
// Threads: pure functions over their arguments.
// Tested by: tests/golden/plan/, tests/rules/check_golden_test.cc
#pragma once

#include <span>

#include "rules/ast.h"
#include "rules/lower_rule.h"

namespace tocsin::rules {

struct PatternRow {
  const char* name;  // as a person would call it: "sequence"
  bool (*is)(const ast::Pattern& pattern);
  // Sets the rule's pattern and what the outcome may name; false after a
  // mistake, which is reported. Null: this version does not compile it.
  bool (*lower)(RuleLowerer* rule, const ast::Pattern& pattern);
  const char* instead;  // where it is not compiled: what to use for now
};

std::span<const PatternRow> Patterns();
// The row of a pattern; every pattern of the grammar has one.
const PatternRow& RowOf(const ast::Pattern& pattern);

bool LowerEventPattern(RuleLowerer* rule, const ast::Pattern& pattern);
bool LowerWindow(RuleLowerer* rule, const ast::Pattern& pattern);
bool LowerSequence(RuleLowerer* rule, const ast::Pattern& pattern);
bool LowerSilence(RuleLowerer* rule, const ast::Pattern& pattern);

// Longer than what `within` may hold? E224 then, and true.
bool TooLong(RuleLowerer* rule, const ast::Duration& duration);

}  // namespace tocsin::rules
