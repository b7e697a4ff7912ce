// SPDX-License-Identifier: Apache-2.0
//
// Validate: is a plan whole? Indexes in range, arguments before their users,
// leaves in their scope, literals that their operators can use.
#include <set>
#include <utility>
#include <variant>

#include "engine/plan/eval.h"
#include "engine/plan/plan.h"

namespace tocsin {
namespace {

enum class Scope : uint8_t { kEvent, kRule };

class Checker {
 public:
  explicit Checker(const Plan& plan) : plan_(plan) {}

  Status Run() {
    for (uint32_t i = 0; i < plan_.exprs.size(); ++i) {
      CheckExpr(i);
    }
    for (const Field& field : plan_.fields) CheckField(field);
    for (const Source& source : plan_.sources) CheckSource(source);
    if (!wrong_.empty()) return Internal(wrong_);
    for (const Rule& rule : plan_.rules) CheckRule(rule);
    return wrong_.empty() ? OkStatus() : Internal(wrong_);
  }

 private:
  // The first thing that is wrong is kept.
  void Expect(bool holds, std::string_view what) {
    if (!holds && wrong_.empty()) wrong_ = StrCat("plan: ", what);
  }
  template <typename Table>
  void InRange(uint32_t index, const Table& table, std::string_view what) {
    Expect(index < table.size(), what);
  }

  void CheckExpr(uint32_t id);
  void CheckArgs(const Expr& expr);
  void CheckField(const Field& field);
  void CheckSource(const Source& source);
  void CheckRule(const Rule& rule);
  void CheckOutcome(const Rule& rule);
  void CheckPattern(const Rule& rule, const EventPattern& pattern);
  void CheckPattern(const Rule& rule, const WindowPattern& pattern);
  void CheckPattern(const Rule& rule, const SequencePattern& pattern);
  void CheckPattern(const Rule& rule, const SilencePattern& pattern);
  void CheckScope(const Rule* rule, ExprId id, Scope scope, bool optional);
  void CheckLeaf(const Rule* rule, const Expr& expr, Scope scope);
  void Captures(const Rule& rule, const std::vector<uint32_t>& captures) {
    for (const uint32_t capture : captures) {
      InRange(capture, rule.captures, "a capture that is not there");
    }
  }

  const Plan& plan_;
  std::string wrong_;
  const Rule* walked_for_ = nullptr;
  std::set<std::pair<ExprId, Scope>> walked_;
};

size_t ArgumentCount(const Expr& expr) {
  switch (expr.node) {
    case Node::kQuantifier:
      return 2;
    case Node::kNot:
    case Node::kMember:
    case Node::kInList:
    case Node::kListColumn:
      return 1;
    default:
      return 0;
  }
}

void Checker::CheckArgs(const Expr& expr) {
  if (expr.node == Node::kAnd || expr.node == Node::kOr) {
    Expect(expr.args.size() >= 2, "a junction of fewer than two");
  } else if (expr.node == Node::kOperator) {
    Expect(expr.op < Operators().size(), "an operator that is not there");
    Expect(!expr.args.empty(), "an operator without arguments");
  } else {
    Expect(expr.args.size() == ArgumentCount(expr),
           "a node with the wrong number of arguments");
  }
}

void Checker::CheckExpr(uint32_t id) {
  const Expr& expr = plan_.exprs[id];
  for (const ExprId arg : expr.args) {
    Expect(arg.value < id, "an argument that does not precede its user");
  }
  CheckArgs(expr);
  switch (expr.node) {
    case Node::kLiteral:
      InRange(expr.a, plan_.literals, "a literal that is not there");
      break;
    case Node::kField:
      InRange(expr.a, plan_.fields, "a field that is not there");
      break;
    case Node::kInSource:
      InRange(expr.a, plan_.sources, "a source that is not there");
      break;
    case Node::kElement:
      Expect(expr.a == PathId::kNone || expr.a < plan_.paths.size(),
             "a path that is not there");
      break;
    case Node::kMember:
      InRange(expr.a, plan_.sets, "a set that is not there");
      Expect(expr.op < Operators().size() &&
                 Operators()[expr.op].shape == Shape::kMember,
             "a member test without its operator");
      break;
    case Node::kListColumn:
      InRange(expr.b, plan_.list_columns, "a column that is not there");
      [[fallthrough]];
    case Node::kInList:
      InRange(expr.a, plan_.lists, "a list that is not there");
      break;
    default:
      break;
  }
}

void Checker::CheckField(const Field& field) {
  for (const FieldStep& step : field.steps) {
    if (step.source.valid()) {
      InRange(step.source.value, plan_.sources, "a step's source");
    }
    if (step.kind == FieldStep::Kind::kRaw) {
      Expect(step.path.value < plan_.paths.size(), "a step's path");
    }
    if (step.kind == FieldStep::Kind::kExpr) {
      CheckScope(nullptr, step.expr, Scope::kEvent, false);
    }
  }
  for (const SourceId source : field.absent) {
    InRange(source.value, plan_.sources, "a source of absent texts");
  }
}

void Checker::CheckSource(const Source& source) {
  CheckScope(nullptr, source.where, Scope::kEvent, true);
  for (const SourceField& field : source.fields) {
    for (const ExprId alternative : field.alternatives) {
      CheckScope(nullptr, alternative, Scope::kEvent, false);
    }
  }
  for (const Extraction& extraction : source.extractions) {
    Expect(extraction.from.value < plan_.paths.size(), "a path of extract");
  }
  if (source.time) InRange(source.time->path.value, plan_.fields, "a time");
  if (source.order) InRange(source.order->value, plan_.fields, "an order");
}

void Checker::CheckLeaf(const Rule* rule, const Expr& expr, Scope scope) {
  switch (expr.node) {
    case Node::kField:
    case Node::kAnywhere:
    case Node::kInSource:
    case Node::kElement:
    case Node::kQuantifier:
      Expect(scope == Scope::kEvent, "a leaf of an event at rule scope");
      return;
    case Node::kCapture:
    case Node::kStepCapture:
    case Node::kStepCount:
    case Node::kStepTime:
    case Node::kNowTime:
    case Node::kMeasure:
      Expect(scope == Scope::kRule, "a leaf of a rule at event scope");
      break;
    default:
      return;
  }
  if (rule == nullptr) return;
  const auto* sequence = std::get_if<SequencePattern>(&rule->pattern);
  const auto* window = std::get_if<WindowPattern>(&rule->pattern);
  if (expr.node == Node::kCapture) {
    InRange(expr.a, rule->captures, "a capture that is not there");
  } else if (expr.node == Node::kMeasure) {
    Expect(window != nullptr && expr.a < window->measures.size(),
           "a measure that is not there");
  } else if (expr.node != Node::kNowTime) {
    Expect(sequence != nullptr && expr.a < sequence->steps.size(),
           "a step that is not there");
    if (expr.node == Node::kStepCapture) {
      InRange(expr.b, rule->captures, "a capture that is not there");
    }
  }
}

void Checker::CheckScope(const Rule* rule, ExprId id, Scope scope,
                         bool optional) {
  if (!id.valid()) {
    Expect(optional, "an expression that is missing");
    return;
  }
  if (id.value >= plan_.exprs.size()) {
    Expect(false, "an expression that is not there");
    return;
  }
  if (!wrong_.empty()) return;
  // What many share is walked once for each rule.
  if (rule != walked_for_) walked_.clear();
  walked_for_ = rule;
  if (!walked_.emplace(id, scope).second) return;
  const Expr& expr = plan_.expr(id);
  CheckLeaf(rule, expr, scope);
  for (const ExprId arg : expr.args) CheckScope(rule, arg, scope, false);
}

void Checker::CheckRule(const Rule& rule) {
  Expect(!rule.tests.empty() && rule.tests.size() <= 64,
         "a rule without tests, or with more than 64");
  for (const EventTest& test : rule.tests) {
    CheckScope(&rule, test.test, Scope::kEvent, false);
    for (const ExprId part : test.key) {
      CheckScope(&rule, part, Scope::kEvent, false);
    }
    Expect(test.key.size() == rule.key_names.size(),
           "a test whose key has another length");
  }
  for (const Capture& capture : rule.captures) {
    CheckScope(&rule, capture.expr, Scope::kEvent, false);
    Expect(capture.key_part == 0xffffffff ||
               capture.key_part < rule.key_names.size(),
           "a capture of a key part that is not there");
  }
  for (const SourceId source : rule.from) {
    InRange(source.value, plan_.sources, "a rule's source");
  }
  std::visit([&](const auto& pattern) { CheckPattern(rule, pattern); },
             rule.pattern);
  CheckOutcome(rule);
}

void Checker::CheckOutcome(const Rule& rule) {
  Expect(!rule.levels.empty() && !rule.levels.back().where.valid(),
         "a rule without a level for the other cases");
  for (const LevelCase& level : rule.levels) {
    CheckScope(&rule, level.where, Scope::kRule, true);
  }
  for (const Risk& risk : rule.risks) Captures(rule, {risk.capture});
  Captures(rule, rule.keep);
  if (rule.at_most) Captures(rule, rule.at_most->by);
  for (const Template::Piece& piece : rule.incident.summary.pieces) {
    CheckScope(&rule, piece.expr, Scope::kRule, true);
  }
  for (const GroupKey& key : rule.incident.group) {
    CheckScope(&rule, key.expr, Scope::kRule, false);
  }
}

void Checker::CheckPattern(const Rule&, const EventPattern&) {}

void Checker::CheckPattern(const Rule& rule, const WindowPattern& pattern) {
  Expect(pattern.window > 0, "a window of no length");
  for (const Measure& measure : pattern.measures) {
    InRange(measure.test, rule.tests, "a measure's test");
    Captures(rule, measure.captures);
    Expect(measure.captures.empty() == (measure.kind == MeasureKind::kCount),
           "a measure with the wrong number of fields");
  }
  CheckScope(&rule, pattern.condition, Scope::kRule, false);
}

void Checker::CheckPattern(const Rule& rule, const SequencePattern& pattern) {
  Expect(pattern.within > 0, "a sequence of no length");
  Expect(!pattern.steps.empty(), "a sequence without steps");
  for (const Step& step : pattern.steps) {
    InRange(step.test, rule.tests, "a step's test");
    Captures(rule, step.distinct);
    CheckScope(&rule, step.where, Scope::kRule, true);
  }
  for (const Guard& guard : pattern.guards) {
    Expect(guard.after_step >= -1 &&
               guard.after_step < static_cast<int>(pattern.steps.size()),
           "a guard behind no step");
    for (const uint32_t test : guard.tests) {
      InRange(test, rule.tests, "a guard's test");
    }
    CheckScope(&rule, guard.where, Scope::kRule, true);
  }
}

void Checker::CheckPattern(const Rule& rule, const SilencePattern& pattern) {
  Expect(pattern.duration > 0, "a silence of no length");
  InRange(pattern.test, rule.tests, "a silence's test");
  if (pattern.list.valid()) {
    InRange(pattern.list.value, plan_.lists, "a silence's list");
  }
}

}  // namespace

Status Validate(const Plan& plan) {
  RETURN_IF_ERROR(Checker(plan).Run());
  const StatusOr<Prepared> prepared = Prepared::Make(plan);
  return prepared.ok() ? OkStatus() : Internal(Message(prepared.status()));
}

}  // namespace tocsin
