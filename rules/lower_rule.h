// SPDX-License-Identifier: Apache-2.0
//
// RuleLowerer: one rule, from its items to a Rule of the plan. It owns what
// patterns and outcomes share: event tests with their keys, captures, and the
// step or measure names that a pattern offers to texts and levels.
//
// Threads: one. Tested by: tests/rules/compile_test.cc, tests/golden/plan/
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/lower_expr.h"
#include "rules/lowering.h"
#include "rules/scope.h"

namespace tocsin::rules {

// What a lowered pattern offers to level, risk, keep, at most, group and texts.
class PatternNames {
 public:
  virtual ~PatternNames() = default;
  // False: time completes the finding, so that it has its key and no event.
  virtual bool has_event() const { return true; }
  // NAME.field of a step.
  virtual std::optional<Typed> StepPath(const ast::Path&) {
    return std::nullopt;
  }
  // Nothing: no such measure or step here, and nothing is reported.
  virtual std::optional<Typed> Measure(const ast::Expr&) {
    return std::nullopt;
  }
  virtual std::optional<Typed> TimeOf(const ast::Expr&) { return std::nullopt; }
};

class RuleLowerer {
 public:
  RuleLowerer(Lowering* lowering, EventScope::Pool* scopes,
              const ast::Rule& rule, Span whole);

  // Lowers everything and reports every mistake. The rule is in the plan
  // afterwards if it has none.
  void Run();

  // ---- For the patterns.
  // An event test with the names as it sees them.
  struct Tested {
    bool ok = false;
    std::string name;  // "" for the rule's own events
    ExprId test;       // with `from` and its `where`
    EventScope* scope = nullptr;
  };

  Lowering& lowering() { return lowering_; }
  const ast::Rule& ast() const { return ast_; }
  Rule& rule() { return rule_; }

  // The definition of this name, which must be a test. Reports E151, E157.
  Tested TestNamed(const ast::Name& name);
  // The test of a step or guard; findings are not compiled.
  Tested TestOf(const ast::Ref& ref);
  // The rule's events: `from .. where`, or every event.
  Tested OwnEvents();
  // `from .. where` and this condition.
  Tested TestOfCondition(const ast::Expr& condition);
  // The number of the event test with this key; nothing after a mistake in
  // `by` or when there are more than fit.
  std::optional<uint32_t> EventTest(const Tested& test,
                                    const std::vector<ast::Path>& by,
                                    Span span);
  // The number of the capture of an event-scope value.
  uint32_t Capture(ExprId value, std::string_view name);
  // The value at rule scope: captured, or a literal as it is.
  Typed Captured(const Typed& value, std::string_view name);
  void SetKeyNames(const std::vector<ast::Path>& by);
  // A field of the event that completes the finding, or of its key where no
  // event does (E238 for any other); not ok after a mistake.
  Typed FieldOfFinding(const ast::Path& path);
  // Sets what the outcome may name. The pattern itself goes to rule().
  void SetNames(std::unique_ptr<PatternNames> names) {
    names_ = std::move(names);
  }
  PatternNames* names() { return names_.get(); }
  // The events of a finding as a whole: every test's sources, in order.
  EventScope* OutcomeScope();
  bool PositiveDuration(const ast::Duration& duration, std::string_view what);

 private:
  const ast::When* CheckItems();  // what may be given once, and `when`
  void LowerFrom();
  bool LowerPattern(const ast::When& when);
  void LowerUnusedDefinitions();
  void ShowMentions();
  void SetKeyParts();
  void SetSources();

  Lowering& lowering_;
  EventScope::Pool& scopes_;
  const ast::Rule& ast_;
  Span whole_;  // of the rule's text
  Rule rule_;
  EventScope* own_ = nullptr;  // of the rule's `from`; null after a mistake
  ExprId from_test_;           // not valid: every event
  bool from_ok_ = true;
  std::unique_ptr<PatternNames> names_;
  std::vector<FieldContext> used_;  // of the tests, in order
};

// lower_outcome.cc: level, risk, keep, at most and the incident block.
void LowerOutcome(RuleLowerer* rule);

// check_meta.cc: title, status, mode and the like; attack.
void LowerMeta(Lowering* lowering, const ast::Rule& ast, Rule* rule);
void LowerAttack(Lowering* lowering, const ast::Rule& ast, Rule* rule);
// check_veris.cc
std::vector<VerisEntry> LowerVeris(Lowering* lowering,
                                   const ast::IncidentVeris& veris);

}  // namespace tocsin::rules
