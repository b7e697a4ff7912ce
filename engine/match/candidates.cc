// SPDX-License-Identifier: Apache-2.0
#include "engine/match/candidates.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tocsin {

// Collects what one group looks for, by expression.
class Candidates::Builder {
 public:
  void Add(RuleId rule, const std::optional<WitnessSet>& witness) {
    if (!witness) {
      AddOnce(rule, &always_);
      return;
    }
    for (const WitnessItem& item : witness->items) {
      Collected& field = fields_[item.left];
      switch (item.kind) {
        case WitnessItem::Kind::kPresent:
          AddOnce(rule, &field.present);
          break;
        case WitnessItem::Kind::kNumber:
          AddNumber(rule, item.number, &field.numbers);
          break;
        case WitnessItem::Kind::kLiteral:
          AddOnce(rule,
                  &field.literals[{item.literal.kind, item.literal.text}]);
          break;
      }
    }
  }

  Group Make(const Plan& plan, SourceId source) {
    Group group;
    group.source = source;
    group.always = std::move(always_);
    for (auto& [left, collected] : fields_) {
      FieldIndex& field = group.fields.emplace_back();
      field.left = left;
      field.paths = RawPaths(plan, left);
      field.numbers = std::move(collected.numbers);
      field.present = std::move(collected.present);
      std::vector<IndexedLiteral> literals;
      for (auto& [literal, rules] : collected.literals) {
        literals.push_back({literal.first, literal.second});
        field.rules.push_back(std::move(rules));
      }
      field.literals = LiteralIndex(literals);
    }
    return group;
  }

 private:
  struct Collected {
    std::map<std::pair<LiteralKind, std::string>, RuleList> literals;
    std::vector<Number> numbers;
    RuleList present;
  };

  // Rules come in ascending order.
  static void AddOnce(RuleId rule, RuleList* rules) {
    if (rules->empty() || rules->back() != rule) rules->push_back(rule);
  }

  static void AddNumber(RuleId rule, const Value& number,
                        std::vector<Number>* numbers) {
    const auto at =
        std::lower_bound(numbers->begin(), numbers->end(), number,
                         [](const Number& item, const Value& wanted) {
                           return CompareNumbers(item.value, wanted) < 0;
                         });
    if (at != numbers->end() && CompareNumbers(at->value, number) == 0) {
      AddOnce(rule, &at->rules);
    } else {
      numbers->insert(at, {number, {rule}});
    }
  }

  static std::vector<PathId> RawPaths(const Plan& plan, ExprId left) {
    const Expr& expr = plan.expr(left);
    if (expr.node != Node::kField) return {};
    std::vector<PathId> paths;
    for (const FieldStep& step : plan.fields[expr.a].steps) {
      if (step.kind != FieldStep::Kind::kRaw) return {};
      paths.push_back(step.path);
    }
    return paths;
  }

  std::map<ExprId, Collected> fields_;
  RuleList always_;
};

Candidates::Candidates(const Plan* plan, const Prepared* prepared)
    : marks_(plan->rules.size()) {
  std::map<SourceId, Builder> builders;  // not valid: any event
  for (uint32_t i = 0; i < plan->rules.size(); ++i) {
    for (const EventTest& test : plan->rules[i].tests) {
      const auto witness = WitnessOf(*plan, *prepared, test.test);
      const auto sources = RequiredSources(*plan, test.test);
      if (!sources) {
        builders[SourceId()].Add({i}, witness);
        continue;
      }
      for (const SourceId source : *sources) builders[source].Add({i}, witness);
    }
  }
  for (auto& [source, builder] : builders) {
    groups_.push_back(builder.Make(*plan, source));
  }
}

const std::vector<RuleId>& Candidates::Find(SourceView* sources) {
  if (++epoch_ == 0) {
    std::fill(marks_.begin(), marks_.end(), 0);
    epoch_ = 1;
  }
  found_.clear();
  for (const Group& group : groups_) {
    if (group.source.valid() && !sources->Belongs(group.source)) continue;
    Take(group, sources);
  }
  std::sort(found_.begin(), found_.end());
  return found_;
}

void Candidates::Take(const Group& group, SourceView* sources) {
  Add(group.always);
  const EventView& event = sources->event();
  for (const FieldIndex& field : group.fields) {
    const bool absent =
        !field.paths.empty() &&
        std::none_of(field.paths.begin(), field.paths.end(),
                     [&](PathId path) { return event.Present(path); });
    if (!absent) TakeField(field, sources);
  }
}

void Candidates::TakeField(const FieldIndex& field, SourceView* sources) {
  SourceView::Eval& eval = sources->eval();
  const Values values = eval.Get(field.left);
  if (values.missing()) return;
  Add(field.present);
  for (size_t i = 0; i < values.values.size(); ++i) {
    const Value& value = values.values[i];
    if (value.is_null() || value.kind == Kind::kObject) continue;
    if (!field.numbers.empty()) TakeNumber(field, value);
    if (field.literals.size() == 0) continue;
    field.literals.Find(eval.Folded(field.left, i),
                        [&](uint32_t literal) { Add(field.rules[literal]); });
  }
}

void Candidates::TakeNumber(const FieldIndex& field, const Value& value) {
  const std::optional<Value> number = ToNumber(value);
  if (!number) return;
  const auto at =
      std::lower_bound(field.numbers.begin(), field.numbers.end(), *number,
                       [](const Number& item, const Value& wanted) {
                         return CompareNumbers(item.value, wanted) < 0;
                       });
  if (at != field.numbers.end() && CompareNumbers(at->value, *number) == 0) {
    Add(at->rules);
  }
}

}  // namespace tocsin
