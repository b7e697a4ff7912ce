// SPDX-License-Identifier: Apache-2.0
//
// Evaluator: what an expression says, over whatever its leaves read: an event
// (match/), or the matches of a finding (detect/). The rules of LANGUAGE.md
// section 2 are here: missing makes a comparison false, an array holds if any
// element does, `!=` means that no element equals.
//
//   Leaves leaves(..);                  // reads the event or the matches
//   Evaluator<Leaves> eval(&plan, &prepared, &leaves);
//   ..point `leaves` at the next event..  eval.Reset();
//   if (eval.Holds(test)) eval.Get(key);
//
// A Leaves class has
//   Values Leaf(ExprId id, const Expr& expr);     every other value node;
//       what it returns stays valid until the evaluator's Reset()
// and may have
//   bool HoldsLeaf(ExprId id, const Expr& expr);  kInSource
//   Values ElementPath(const Value& element, PathId path);  kElement
//   std::string_view Folded(ExprId id, const Expr& expr, size_t i);
//       folded text of the i-th value of a leaf that is known already, for
//       texts only; data() == nullptr: it is not
//
// Results are remembered per ExprId until Reset(), so that a test which many
// rules share runs once; what depends on the element of a quantifier is not.
// Errors: none; Prepared::Make() reports what could go wrong.
// Threads: one thread for each Evaluator and its Prepared.
// Tested by: tests/engine/plan/eval_test.cc
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/status.h"
#include "engine/event/value.h"
#include "engine/plan/op/prepared_set.h"
#include "engine/plan/plan.h"
#include "engine/plan/text_pool.h"

namespace tocsin {

// The literal sets of a plan, prepared for one thread. Borrows from the plan.
class Prepared {
 public:
  // InvalidArgument: a set that its operator cannot use; Validate() finds it
  // first.
  static StatusOr<Prepared> Make(const Plan& plan);

  // Of a kMember node.
  const PreparedSet& set(ExprId member) const {
    return sets_[set_of_[member.value]];
  }
  Values literal(uint32_t index) const {
    return {{&literals_[index], 1}, true};
  }
  // A kElement is somewhere below.
  bool has_element(ExprId id) const { return has_element_[id.value] != 0; }

 private:
  std::vector<uint32_t> set_of_;  // by ExprId
  std::vector<PreparedSet> sets_;
  std::vector<Value> literals_;
  std::vector<uint8_t> has_element_;  // by ExprId
};

// The part that is the same for all leaves: memo, memory, operators.
class EvaluatorBase {
 public:
  // Forgets everything that was evaluated, and what it returned.
  void Reset();

 protected:
  EvaluatorBase(const Plan* plan, const Prepared* prepared);

  struct Known {
    uint32_t epoch = 0;
    Values values;
    std::string_view* folded = nullptr;  // data() == nullptr: not yet
  };

  Values Single(const Value& value);
  // A function of values: missing if an argument is, else called for each
  // combination of elements, at most Limits::array_values of them.
  Values Apply(const Operator& op, std::span<const Values> args);
  bool InList(const List& list, const Values& values) const;
  Values ListColumn(const List& list, std::string_view column,
                    const Values& keys);
  // The text of `value`: its canonical text where `any_kind`. data() is null
  // for what has none.
  std::string_view TextOf(const Value& value, bool any_kind);
  std::string_view FoldedText(std::string_view text);

  const Plan* plan_;
  const Prepared* prepared_;
  std::span<const Operator> operators_;
  size_t array_values_;
  uint32_t epoch_ = 1;
  std::vector<uint32_t> truth_;  // by ExprId: epoch * 2 + does it hold
  std::vector<Known> known_;     // by ExprId
  std::vector<Value> bound_;     // elements of quantifiers, outermost first
  std::vector<Value> scratch_;
  Arena arena_;
  TextPool pool_;
};

template <class Leaves>
class Evaluator : public EvaluatorBase {
 public:
  Evaluator(const Plan* plan, const Prepared* prepared, Leaves* leaves)
      : EvaluatorBase(plan, prepared), leaves_(leaves) {}

  // Does the test hold?
  bool Holds(ExprId id) {
    const Expr& expr = plan_->expr(id);
    if (!Remembers(id)) return Judge(id, expr);
    const uint32_t known = truth_[id.value];
    if (known >> 1 == epoch_) return (known & 1) != 0;
    const bool holds = Judge(id, expr);
    truth_[id.value] = epoch_ << 1 | (holds ? 1 : 0);
    return holds;
  }

  // The values of the expression, valid until Reset().
  Values Get(ExprId id) {
    const Expr& expr = plan_->expr(id);
    if (!Remembers(id)) return Compute(id, expr);
    if (known_[id.value].epoch != epoch_) {
      const Values values = Compute(id, expr);
      known_[id.value] = {epoch_, values, nullptr};
    }
    return known_[id.value].values;
  }

  // Folded canonical text of Get(id).values[i].
  std::string_view Folded(ExprId id, size_t i) {
    return FoldedOf(id, Get(id), i);
  }

 private:
  bool Remembers(ExprId id) const {
    return bound_.empty() || !prepared_->has_element(id);
  }

  bool Judge(ExprId id, const Expr& expr) {
    switch (expr.node) {
      case Node::kAnd:
        for (const ExprId arg : expr.args) {
          if (!Holds(arg)) return false;
        }
        return true;
      case Node::kOr:
        for (const ExprId arg : expr.args) {
          if (Holds(arg)) return true;
        }
        return false;
      case Node::kNot:
        return !Holds(expr.args[0]);
      case Node::kMember:
        return Member(id, expr);
      case Node::kInList:
        return InList(plan_->lists[expr.a], Get(expr.args[0]));
      case Node::kQuantifier:
        return Quantifier(expr);
      case Node::kInSource:
        if constexpr (requires { leaves_->HoldsLeaf(id, expr); }) {
          return leaves_->HoldsLeaf(id, expr);
        }
        return false;
      case Node::kOperator:
        if (operators_[expr.op].shape == Shape::kPresence) {
          return operators_[expr.op].presence(Get(expr.args[0]));
        }
        if (operators_[expr.op].shape == Shape::kCompare) return Compare(expr);
        break;
      default:
        break;
    }
    // A value where a test stands: the literals true and false.
    for (const Value& value : Get(id).values) {
      if (value.kind == Kind::kBool && value.boolean) return true;
    }
    return false;
  }

  Values Compute(ExprId id, const Expr& expr) {
    switch (expr.node) {
      case Node::kLiteral:
        return prepared_->literal(expr.a);
      case Node::kOperator: {
        const Operator& op = operators_[expr.op];
        if (op.result == Type::kBool) return Single(Value::Bool(Holds(id)));
        auto* args = arena_.AllocateArray<Values>(expr.args.size());
        for (size_t i = 0; i < expr.args.size(); ++i) {
          args[i] = Get(expr.args[i]);
        }
        return Apply(op, {args, expr.args.size()});
      }
      case Node::kListColumn:
        return ListColumn(plan_->lists[expr.a], plan_->list_columns[expr.b],
                          Get(expr.args[0]));
      case Node::kElement:
        return Element(expr);
      case Node::kAnd:
      case Node::kOr:
      case Node::kNot:
      case Node::kMember:
      case Node::kInList:
      case Node::kQuantifier:
      case Node::kInSource:
        return Single(Value::Bool(Holds(id)));
      default:
        return leaves_->Leaf(id, expr);
    }
  }

  // Both false on missing or empty.
  bool Quantifier(const Expr& expr) {
    const bool all = expr.a != 0;
    const Values array = Get(expr.args[0]);
    if (array.missing()) return false;
    for (const Value& element : array.values) {
      bound_.push_back(element);
      const bool holds = Holds(expr.args[1]);
      bound_.pop_back();
      if (holds != all) return holds;
    }
    return all;
  }

  Values Element(const Expr& expr) {
    if (expr.b >= bound_.size()) return {};
    const Value element = bound_[expr.b];
    if (expr.a == PathId::kNone) return Single(element);
    if constexpr (requires { leaves_->ElementPath(element, PathId{}); }) {
      return leaves_->ElementPath(element, PathId{expr.a});
    }
    return {};
  }

  bool Member(ExprId id, const Expr& expr) {
    const Operator& op = operators_[expr.op];
    const ExprId left = expr.args[0];
    const Values values = Get(left);
    const PreparedSet& set = prepared_->set(id);
    if (op.negated) {
      return !values.missing() && !Passes(op, set, left, values);
    }
    return Passes(op, set, left, values);
  }

  bool Passes(const Operator& op, const PreparedSet& set, ExprId left,
              const Values& values) {
    if (!set.each.empty()) {
      for (const PreparedSet& one : set.each) {
        if (!Passes(op, one, left, values)) return false;
      }
      return true;
    }
    if (values.missing()) return set.has_null;
    for (size_t i = 0; i < values.values.size(); ++i) {
      Operand operand{.value = values.values[i], .text = {}, .folded = {}};
      if (set.needs_text) operand.text = TextOf(operand.value, true);
      if (set.needs_folded && operand.text.data() != nullptr) {
        operand.folded = FoldedOf(left, values, i);
      }
      if (op.member(operand, set)) return true;
    }
    return false;
  }

  bool Compare(const Expr& expr) {
    const Operator& op = operators_[expr.op];
    const Values left = Get(expr.args[0]);
    const Values right = Get(expr.args[1]);
    if (left.missing() || right.missing()) return false;
    bool some = false;
    for (size_t i = 0; i < left.values.size() && !some; ++i) {
      const Operand a = CompareOperand(expr.args[0], left, i);
      for (size_t j = 0; j < right.values.size() && !some; ++j) {
        some = op.compare(a, CompareOperand(expr.args[1], right, j));
      }
    }
    return some != op.negated;
  }

  Operand CompareOperand(ExprId id, const Values& values, size_t i) {
    Operand operand{.value = values.values[i], .text = {}, .folded = {}};
    operand.text = TextOf(operand.value, false);
    if (operand.text.data() != nullptr) {
      operand.folded = FoldedOf(id, values, i);
    }
    return operand;
  }

  // `values` are those of `id`.
  std::string_view FoldedOf(ExprId id, const Values& values, size_t i) {
    const Expr& expr = plan_->expr(id);
    if constexpr (requires { leaves_->Folded(id, expr, i); }) {
      if (expr.node == Node::kField) {
        const std::string_view known = leaves_->Folded(id, expr, i);
        if (known.data() != nullptr) return known;
      }
    }
    if (!Remembers(id)) return FoldedText(TextOf(values.values[i], true));
    Known& known = known_[id.value];
    if (known.folded == nullptr) {
      const size_t count = values.values.size();
      known.folded = arena_.AllocateArray<std::string_view>(count);
      for (size_t k = 0; k < count; ++k) known.folded[k] = {};
    }
    if (known.folded[i].data() == nullptr) {
      known.folded[i] = FoldedText(TextOf(values.values[i], true));
    }
    return known.folded[i];
  }

  Leaves* leaves_;
};

}  // namespace tocsin
