// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/plan.h"

#include <atomic>

#include "engine/base/bytes.h"

namespace tocsin {
namespace {

// The tables that are interned share one map: each kind of key begins with a
// letter of its own.
class Key {
 public:
  explicit Key(char kind) : bytes_(1, kind), writer_(&bytes_) {}

  Key& Number(uint64_t number) {
    writer_.Varint(number);
    return *this;
  }
  Key& Text(std::string_view text) {
    writer_.Text(text);
    return *this;
  }
  Key& Item(const Value& value, bool cased) {
    Encode(value, &writer_);
    writer_.Bool(cased);
    return *this;
  }
  Key& Type(const FieldType& type) {
    writer_.U8(static_cast<uint8_t>(type.kind));
    writer_.Zigzag(type.unit);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  ByteWriter writer_;
};

// The number of `key`, after appending `item` to `table` if it is new.
template <typename Item>
uint32_t InternIn(const Key& key, Item item, std::vector<Item>* table,
                  std::map<std::string, uint32_t>* interned) {
  const auto [entry, fresh] =
      interned->emplace(key.bytes(), static_cast<uint32_t>(table->size()));
  if (fresh) table->push_back(std::move(item));
  return entry->second;
}

constexpr const char* kDefaultTimes[] = {"@timestamp", "timestamp", "time",
                                         "ts", "eventTime"};

}  // namespace

PlanBuilder::PlanBuilder(const Limits& limits)
    : plan_(std::make_unique<Plan>()) {
  plan_->limits = limits;
  for (const char* name : kDefaultTimes) {
    plan_->default_times.push_back(RawField({name}));
  }
}

PathId PlanBuilder::InternPath(const std::vector<std::string>& segments) {
  return plan_->paths.Intern(segments);
}

FieldId PlanBuilder::InternField(Field field) {
  Key key('f');
  key.Text(field.name).Type(field.type).Number(field.steps.size());
  for (const FieldStep& step : field.steps) {
    key.Number(static_cast<uint64_t>(step.kind))
        .Number(step.source.value)
        .Number(step.path.value)
        .Number(step.expr.value)
        .Text(step.name)
        .Type(step.type);
  }
  key.Number(field.inside.value);
  for (const SourceId source : field.absent) key.Number(source.value);
  return {InternIn(key, std::move(field), &plan_->fields, &interned_)};
}

FieldId PlanBuilder::RawField(const std::vector<std::string>& segments) {
  const PathId path = InternPath(segments);
  Field field;
  field.name = plan_->paths.name(path);
  FieldStep step;
  step.path = path;
  field.steps.push_back(std::move(step));
  return InternField(std::move(field));
}

uint32_t PlanBuilder::InternLiteral(Literal literal) {
  Key key('l');
  key.Item(literal.value.view(), literal.cased);
  return InternIn(key, std::move(literal), &plan_->literals, &interned_);
}

uint32_t PlanBuilder::InternSet(LiteralSet set) {
  Key key('s');
  key.Number(set.all ? 1 : 0);
  for (const Literal& item : set.items) {
    key.Item(item.value.view(), item.cased);
  }
  return InternIn(key, std::move(set), &plan_->sets, &interned_);
}

uint32_t PlanBuilder::InternColumn(std::string_view column) {
  Key key('c');
  key.Text(column);
  return InternIn(key, std::string(column), &plan_->list_columns, &interned_);
}

ExprId PlanBuilder::Intern(Expr expr) {
  Key key('e');
  key.Number(static_cast<uint64_t>(expr.node))
      .Number(expr.op)
      .Number(expr.a)
      .Number(expr.b);
  for (const ExprId arg : expr.args) key.Number(arg.value);
  return {InternIn(key, std::move(expr), &plan_->exprs, &interned_)};
}

ExprId PlanBuilder::LiteralExpr(const Value& value) {
  Expr expr;
  expr.node = Node::kLiteral;
  expr.a = InternLiteral({StoredValue(value), false});
  return Intern(std::move(expr));
}

ExprId PlanBuilder::FieldExpr(FieldId field) {
  Expr expr;
  expr.node = Node::kField;
  expr.a = field.value;
  return Intern(std::move(expr));
}

ExprId PlanBuilder::And(std::vector<ExprId> args) {
  if (args.empty()) return LiteralExpr(Value::Bool(true));
  if (args.size() == 1) return args.front();
  Expr expr;
  expr.node = Node::kAnd;
  expr.args = std::move(args);
  return Intern(std::move(expr));
}

ExprId PlanBuilder::Or(std::vector<ExprId> args) {
  if (args.empty()) return LiteralExpr(Value::Bool(false));
  if (args.size() == 1) return args.front();
  Expr expr;
  expr.node = Node::kOr;
  expr.args = std::move(args);
  return Intern(std::move(expr));
}

ExprId PlanBuilder::Not(ExprId arg) {
  Expr expr;
  expr.node = Node::kNot;
  expr.args = {arg};
  return Intern(std::move(expr));
}

ExprId PlanBuilder::Member(ExprId left, std::string_view op, LiteralSet set) {
  Expr expr;
  expr.node = Node::kMember;
  expr.op = OperatorRow(op, Shape::kMember);
  expr.a = InternSet(std::move(set));
  expr.args = {left};
  return Intern(std::move(expr));
}

ExprId PlanBuilder::Call(std::string_view op, Shape shape,
                         std::vector<ExprId> args) {
  Expr expr;
  expr.node = Node::kOperator;
  expr.op = OperatorRow(op, shape);
  expr.args = std::move(args);
  return Intern(std::move(expr));
}

ListId PlanBuilder::AddList(List list) {
  plan_->lists.push_back(std::move(list));
  return {static_cast<uint32_t>(plan_->lists.size() - 1)};
}

SourceId PlanBuilder::AddSource(Source source) {
  plan_->sources.push_back(std::move(source));
  return {static_cast<uint32_t>(plan_->sources.size() - 1)};
}

RuleId PlanBuilder::AddRule(Rule rule) {
  plan_->rules.push_back(std::move(rule));
  return {static_cast<uint32_t>(plan_->rules.size() - 1)};
}

std::shared_ptr<const Plan> PlanBuilder::Finish(Hash128 bundle) {
  static std::atomic<uint64_t> plans{0};
  plan_->serial = ++plans;
  plan_->bundle = bundle;
  plan_->paths.Freeze();
  interned_.clear();
  return std::shared_ptr<const Plan>(std::move(plan_));
}

}  // namespace tocsin
