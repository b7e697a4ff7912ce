// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/eval.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/fold.h"

namespace tocsin {

StatusOr<Prepared> Prepared::Make(const Plan& plan) {
  Prepared prepared;
  for (const Literal& literal : plan.literals) {
    prepared.literals_.push_back(literal.value.view());
  }
  prepared.set_of_.resize(plan.exprs.size());
  prepared.has_element_.resize(plan.exprs.size());
  std::map<std::pair<uint16_t, uint32_t>, uint32_t> known;  // op, set
  for (size_t i = 0; i < plan.exprs.size(); ++i) {
    const Expr& expr = plan.exprs[i];
    prepared.has_element_[i] = expr.node == Node::kElement ? 1 : 0;
    for (const ExprId arg : expr.args) {
      prepared.has_element_[i] |= prepared.has_element_[arg.value];
    }
    if (expr.node != Node::kMember) continue;
    const auto [entry, fresh] =
        known.emplace(std::pair(expr.op, expr.a),
                      static_cast<uint32_t>(prepared.sets_.size()));
    if (fresh) {
      RETURN_IF_ERROR(Prepare(Operators()[expr.op], plan.sets[expr.a],
                              plan.limits, &prepared.sets_.emplace_back()));
    }
    prepared.set_of_[i] = entry->second;
  }
  return prepared;
}

EvaluatorBase::EvaluatorBase(const Plan* plan, const Prepared* prepared)
    : plan_(plan),
      prepared_(prepared),
      operators_(Operators()),
      array_values_(static_cast<size_t>(plan->limits.array_values)),
      truth_(plan->exprs.size()),
      known_(plan->exprs.size()) {}

void EvaluatorBase::Reset() {
  if (++epoch_ > UINT32_MAX >> 1) {
    // Old marks would look fresh.
    std::fill(truth_.begin(), truth_.end(), 0);
    for (Known& known : known_) known.epoch = 0;
    epoch_ = 1;
  }
  arena_.Reset();
  pool_.Clear();
}

Values EvaluatorBase::Single(const Value& value) {
  Value* copy = arena_.AllocateArray<Value>(1);
  *copy = value;
  return {{copy, 1}, true};
}

Values EvaluatorBase::Apply(const Operator& op, std::span<const Values> args) {
  if (op.call_whole != nullptr) {
    const std::optional<Value> value = op.call_whole(args[0]);
    return value ? Single(*value) : Values();
  }
  const size_t count = args.size();
  for (const Values& arg : args) {
    if (arg.missing()) return {};
  }
  // Counts through the combinations, the last argument fastest.
  auto* at = arena_.AllocateArray<size_t>(count);
  auto* call = arena_.AllocateArray<Value>(count);
  std::fill_n(at, count, 0);
  scratch_.clear();
  for (size_t tried = 0; tried < array_values_; ++tried) {
    for (size_t i = 0; i < count; ++i) call[i] = args[i].values[at[i]];
    if (const auto value = op.call({call, count}, &pool_)) {
      scratch_.push_back(*value);
    }
    size_t i = count;
    while (i > 0 && ++at[i - 1] == args[i - 1].values.size()) at[--i] = 0;
    if (i == 0) break;
  }
  Value* copy = arena_.AllocateArray<Value>(scratch_.size());
  std::copy(scratch_.begin(), scratch_.end(), copy);
  return {{copy, scratch_.size()}, !scratch_.empty()};
}

bool EvaluatorBase::InList(const List& list, const Values& values) const {
  return std::any_of(values.values.begin(), values.values.end(),
                     [&](const Value& value) {
                       return !value.is_null() && list.Find(value).has_value();
                     });
}

Values EvaluatorBase::ListColumn(const List& list, std::string_view column,
                                 const Values& keys) {
  Value* found = arena_.AllocateArray<Value>(keys.values.size());
  size_t count = 0;
  for (const Value& key : keys.values) {
    if (key.is_null()) continue;
    const std::optional<uint32_t> row = list.Find(key);
    if (!row) continue;
    const auto text = list.Column(*row, column);
    if (text) found[count++] = Value::Text(*text);
  }
  return {{found, count}, count > 0};
}

std::string_view EvaluatorBase::TextOf(const Value& value, bool any_kind) {
  if (value.is_text()) {
    // An empty text may have no address of its own.
    return value.text.data() == nullptr ? std::string_view("") : value.text;
  }
  if (!any_kind || value.is_null() || value.kind == Kind::kObject) return {};
  std::string* text = pool_.New();
  AppendCanonicalText(value, text);
  return *text;
}

std::string_view EvaluatorBase::FoldedText(std::string_view text) {
  char* out = arena_.Allocate(text.size() + 1);
  if (FoldAscii(text, out)) return {out, text.size()};
  std::string* folded = pool_.New();
  AppendFolded(text, folded);
  return *folded;
}

}  // namespace tocsin
