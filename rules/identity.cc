// SPDX-License-Identifier: Apache-2.0
#include "rules/identity.h"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/plan/operators.h"

namespace tocsin::rules {
namespace {

// Bumped when the meaning of a plan changes without its structure changing.
constexpr int64_t kLogicVersion = 1;
constexpr int64_t kStateVersion = 1;

class Hasher {
 public:
  Hasher(const Plan& plan, const Rule& rule) : plan_(plan), rule_(rule) {}

  Hash128 Logic();
  Hash128 State();

 private:
  Hash128 OfExpr(ExprId id);
  void Leaf(const Expr& expr, IdHasher* out);
  Hash128 OfField(uint32_t id);
  Hash128 OfSource(SourceId id);
  Hash128 OfSourceBlock(const Source& source);
  Hash128 OfLiterals(const LiteralSet& set);
  Hash128 OfPath(PathId id);
  Hash128 OfMeasure(const Measure& measure, bool for_state);
  void AddType(const FieldType& type, IdHasher* out);
  void AddCaptures(const std::vector<uint32_t>& captures, IdHasher* out);
  void AddKeys(IdHasher* out);
  void AddTest(uint32_t test, IdHasher* out);
  void AddPattern(const EventPattern& pattern, bool for_state, IdHasher* out);
  void AddPattern(const WindowPattern& pattern, bool for_state, IdHasher* out);
  void AddPattern(const SequencePattern& pattern, bool for_state,
                  IdHasher* out);
  void AddPattern(const SilencePattern& pattern, bool for_state, IdHasher* out);
  void AddSteps(const SequencePattern& pattern, bool for_state, IdHasher* out);
  void AddGuards(const SequencePattern& pattern, bool for_state, IdHasher* out);

  const Plan& plan_;
  const Rule& rule_;
  std::map<ExprId, Hash128> exprs_;
  std::map<uint32_t, Hash128> fields_;
  std::map<SourceId, Hash128> sources_;
};

int64_t Number(auto value) { return static_cast<int64_t>(value); }

Hash128 Hasher::OfExpr(ExprId id) {
  if (!id.valid()) return {};
  if (const auto known = exprs_.find(id); known != exprs_.end()) {
    return known->second;
  }
  const Expr& expr = plan_.expr(id);
  IdHasher out;
  out.Add("expr").Add(Number(expr.node));
  Leaf(expr, &out);
  for (const ExprId arg : expr.args) out.Add(OfExpr(arg));
  return exprs_[id] = out.Finish();
}

void Hasher::Leaf(const Expr& expr, IdHasher* out) {
  switch (expr.node) {
    case Node::kLiteral: {
      LiteralSet one;
      one.items.push_back(plan_.literals[expr.a]);
      out->Add(OfLiterals(one));
      break;
    }
    case Node::kField:
      out->Add(OfField(expr.a));
      break;
    case Node::kInSource:
      out->Add(OfSource(SourceId{expr.a}));
      break;
    case Node::kElement:
      out->Add(Number(expr.b));
      if (expr.a != PathId::kNone) out->Add(OfPath(PathId{expr.a}));
      break;
    case Node::kCapture:
      out->Add(OfExpr(rule_.captures[expr.a].expr));
      break;
    case Node::kStepCapture:
      out->Add(Number(expr.a)).Add(OfExpr(rule_.captures[expr.b].expr));
      break;
    case Node::kStepCount:
    case Node::kStepTime:
    case Node::kQuantifier:
      out->Add(Number(expr.a));
      break;
    case Node::kMeasure:
      out->Add(OfMeasure(
          std::get<WindowPattern>(rule_.pattern).measures[expr.a], false));
      break;
    case Node::kMember:
      out->Add(OfLiterals(plan_.sets[expr.a]));
      [[fallthrough]];
    case Node::kOperator:
      out->Add(Operators()[expr.op].name);
      break;
    case Node::kListColumn:
      out->Add(plan_.list_columns[expr.b]);
      [[fallthrough]];
    case Node::kInList:
      out->Add(plan_.lists[expr.a].name());
      break;
    case Node::kAnywhere:
    case Node::kNowTime:
    case Node::kAnd:
    case Node::kOr:
    case Node::kNot:
      break;
  }
}

Hash128 Hasher::OfLiterals(const LiteralSet& set) {
  IdHasher out;
  out.Add("set").Add(Number(set.all));
  for (const Literal& literal : set.items) {
    const Value value = literal.value.view();
    out.Add(Number(value.kind)).Add(CanonicalText(value));
    out.Add(Number(literal.cased));
  }
  return out.Finish();
}

Hash128 Hasher::OfPath(PathId id) {
  IdHasher out;
  for (const std::string& segment : plan_.paths.segments(id)) {
    out.Add(segment);
  }
  return out.Finish();
}

void Hasher::AddType(const FieldType& type, IdHasher* out) {
  out->Add(Number(type.kind)).Add(type.unit);
}

Hash128 Hasher::OfField(uint32_t id) {
  if (const auto known = fields_.find(id); known != fields_.end()) {
    return known->second;
  }
  const Field& field = plan_.fields[id];
  IdHasher out;
  out.Add("field");
  AddType(field.type, &out);
  for (const FieldStep& step : field.steps) {
    out.Add("step").Add(Number(step.kind)).Add(step.name);
    AddType(step.type, &out);
    if (step.source.valid()) out.Add(OfSource(step.source));
    if (step.path.valid()) out.Add(OfPath(step.path));
    if (step.expr.valid()) out.Add(OfExpr(step.expr));
  }
  for (const SourceId source : field.absent) {
    out.Add("absent").Add(OfSource(source));
  }
  if (field.inside.valid()) {
    out.Add("inside").Add(plan_.sources[field.inside.value].name);
  }
  return fields_[id] = out.Finish();
}

// What a source does to its events. Its declared fields are not part of it:
// those that the rule uses are in the steps of the rule's own fields.
Hash128 Hasher::OfSource(SourceId id) {
  if (const auto known = sources_.find(id); known != sources_.end()) {
    return known->second;
  }
  const Source& source = plan_.sources[id.value];
  // Fields inside the block point back to the source: by name, then.
  sources_[id] = IdHasher().Add("source").Add(source.name).Finish();
  return sources_[id] = OfSourceBlock(source);
}

Hash128 Hasher::OfSourceBlock(const Source& source) {
  // Hashes of fields inside the block must not remember the placeholder that
  // stands for the source while its block is read.
  Hasher inside(plan_, rule_);
  inside.sources_ = sources_;
  IdHasher out;
  out.Add("source").Add(source.name).Add(inside.OfExpr(source.where));
  for (const std::string& parser : source.parsers) {
    out.Add("parse").Add(parser);
  }
  for (const Extraction& extraction : source.extractions) {
    out.Add("extract").Add(extraction.pattern).Add(OfPath(extraction.from));
  }
  for (const std::string& text : source.absent) out.Add("absent").Add(text);
  if (source.time) {
    out.Add("time").Add(inside.OfField(source.time->path.value));
    out.Add(source.time->format).Add(source.time->zone);
  }
  if (source.order) {
    out.Add("order").Add(inside.OfField(source.order->value));
  }
  return out.Finish();
}

void Hasher::AddCaptures(const std::vector<uint32_t>& captures, IdHasher* out) {
  out->Add(Number(captures.size()));
  for (const uint32_t capture : captures) {
    out->Add(OfExpr(rule_.captures[capture].expr));
  }
}

// For the state a distinct value of another test is still a value seen; a
// count of another test is another count.
Hash128 Hasher::OfMeasure(const Measure& measure, bool for_state) {
  IdHasher out;
  out.Add("measure").Add(Number(measure.kind));
  AddCaptures(measure.captures, &out);
  if (!for_state || measure.kind == MeasureKind::kCount) {
    AddTest(measure.test, &out);
  }
  if (!for_state) out.Add(Number(measure.exact));
  return out.Finish();
}

void Hasher::AddTest(uint32_t test, IdHasher* out) {
  out->Add(OfExpr(rule_.tests[test].test));
  for (const ExprId part : rule_.tests[test].key) out->Add(OfExpr(part));
}

void Hasher::AddKeys(IdHasher* out) {
  for (const EventTest& test : rule_.tests) {
    out->Add("key").Add(Number(test.key.size()));
    for (const ExprId part : test.key) out->Add(OfExpr(part));
  }
}

void Hasher::AddPattern(const EventPattern&, bool for_state, IdHasher* out) {
  out->Add("event");
  if (!for_state) AddTest(0, out);
}

void Hasher::AddPattern(const WindowPattern& pattern, bool for_state,
                        IdHasher* out) {
  out->Add(pattern.sliding ? "within" : "per").Add(pattern.window);
  for (const Measure& measure : pattern.measures) {
    out->Add(OfMeasure(measure, for_state));
  }
  if (!for_state) out->Add(OfExpr(pattern.condition));
}

void Hasher::AddSteps(const SequencePattern& pattern, bool for_state,
                      IdHasher* out) {
  for (const Step& step : pattern.steps) {
    out->Add("step").Add(Number(step.counted));
    AddTest(step.test, out);
    AddCaptures(step.distinct, out);
    if (!for_state) out->Add(Number(step.at_least)).Add(OfExpr(step.where));
  }
}

void Hasher::AddGuards(const SequencePattern& pattern, bool for_state,
                       IdHasher* out) {
  for (const Guard& guard : pattern.guards) {
    out->Add("guard").Add(int64_t{guard.after_step}).Add(guard.trailing);
    for (const uint32_t test : guard.tests) AddTest(test, out);
    if (!for_state) out->Add(OfExpr(guard.where));
  }
}

void Hasher::AddPattern(const SequencePattern& pattern, bool for_state,
                        IdHasher* out) {
  out->Add("sequence").Add(pattern.within);
  AddSteps(pattern, for_state, out);
  AddGuards(pattern, for_state, out);
}

void Hasher::AddPattern(const SilencePattern& pattern, bool for_state,
                        IdHasher* out) {
  out->Add("silence");
  if (for_state) return;
  out->Add(pattern.duration);
  AddTest(pattern.test, out);
  if (pattern.list.valid()) {
    out->Add("list").Add(plan_.lists[pattern.list.value].name());
  }
}

Hash128 Hasher::Logic() {
  IdHasher out;
  out.Add("logic").Add(kLogicVersion);
  for (const std::string& name : rule_.key_names) out.Add(name);
  for (uint32_t i = 0; i < rule_.tests.size(); ++i) AddTest(i, &out);
  std::visit([&](const auto& pattern) { AddPattern(pattern, false, &out); },
             rule_.pattern);
  return out.Finish();
}

// The rule's name is part of it: two rules never share their state.
Hash128 Hasher::State() {
  IdHasher out;
  out.Add("state").Add(kStateVersion).Add(rule_.name);
  AddKeys(&out);
  std::visit([&](const auto& pattern) { AddPattern(pattern, true, &out); },
             rule_.pattern);
  return out.Finish();
}

}  // namespace

void SetIdentity(const Plan& plan, Rule* rule) {
  Hasher hasher(plan, *rule);
  rule->logic = hasher.Logic();
  rule->state = hasher.State();
}

}  // namespace tocsin::rules
