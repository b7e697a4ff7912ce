// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/sequence_plan.h"

#include <algorithm>
#include <bit>

namespace tocsin {
namespace {

uint64_t Bit(uint32_t number) { return uint64_t{1} << (number & 63); }

uint64_t StepsIn(const Plan& plan, ExprId id) {
  const Expr& expr = plan.expr(id);
  uint64_t steps = 0;
  if (expr.node == Node::kStepCapture || expr.node == Node::kStepCount ||
      expr.node == Node::kStepTime) {
    steps = Bit(expr.a);
  }
  for (const ExprId arg : expr.args) steps |= StepsIn(plan, arg);
  return steps;
}

// One side is a step's value, the other the event at hand.
bool IsJoin(const Plan& plan, ExprId id, uint64_t own, uint32_t* joined) {
  const Expr& expr = plan.expr(id);
  if (expr.node != Node::kOperator || expr.args.size() != 2) return false;
  const Operator& op = Operators()[expr.op];
  if (op.shape != Shape::kCompare || op.name != std::string_view("==")) {
    return false;
  }
  for (const int side : {0, 1}) {
    const Expr& step = plan.expr(expr.args[static_cast<size_t>(side)]);
    const ExprId other = expr.args[static_cast<size_t>(1 - side)];
    if (step.node != Node::kStepCapture || (Bit(step.a) & own) != 0) continue;
    if ((StepsIn(plan, other) & ~own) != 0) continue;
    *joined = step.a;
    return true;
  }
  return false;
}

// Takes `where` apart. `own`: the bit of the step whose event is at hand.
void Split(const Plan& plan, ExprId where, uint64_t own,
           std::vector<ExprId>* alone, std::vector<CrossTest>* cross) {
  if (!where.valid()) return;
  const Expr& expr = plan.expr(where);
  if (expr.node == Node::kAnd) {
    for (const ExprId arg : expr.args) Split(plan, arg, own, alone, cross);
    return;
  }
  CrossTest test;
  test.test = where;
  test.steps = StepsIn(plan, where) & ~own;
  if (test.steps == 0) {
    alone->push_back(where);
    return;
  }
  test.join = IsJoin(plan, where, own, &test.joined);
  cross->push_back(test);
}

// Where all that the tests mention is known.
int SetLevels(const SequencePlan& sequence, int level,
              std::vector<CrossTest>* tests) {
  int lowest = level;
  for (CrossTest& test : *tests) {
    test.level = level;
    for (size_t i = 0; i < sequence.steps.size(); ++i) {
      if ((test.steps >> i & 1) == 0) continue;
      test.level = std::min(test.level, sequence.steps[i].known);
    }
    lowest = std::min(lowest, test.level);
  }
  return lowest;
}

void MarkCapped(const std::vector<CrossTest>& tests, SequencePlan* sequence) {
  for (const CrossTest& test : tests) {
    if (test.join) continue;
    for (size_t i = 0; i < sequence->steps.size(); ++i) {
      if ((test.steps >> i & 1) != 0) sequence->steps[i].capped = true;
    }
  }
}

bool Mentions(const std::vector<CrossTest>& tests, uint64_t steps) {
  return std::any_of(tests.begin(), tests.end(), [&](const CrossTest& test) {
    return (test.steps & steps) != 0;
  });
}

void MarkIndependent(SequencePlan* sequence) {
  for (size_t i = 0; i < sequence->steps.size(); ++i) {
    const uint64_t earlier = Bit(static_cast<uint32_t>(i)) - 1;
    SequenceStep& step = sequence->steps[i];
    step.independent = step.known == static_cast<int>(i);
    for (size_t later = i + 1; later < sequence->steps.size(); ++later) {
      if (Mentions(sequence->steps[later].cross, earlier)) {
        step.independent = false;
      }
    }
    for (const SequenceGuard& guard : sequence->guards) {
      if (guard.after >= static_cast<int>(i) && guard.trailing == 0 &&
          Mentions(guard.cross, earlier)) {
        step.independent = false;
      }
    }
  }
}

}  // namespace

SequencePlan MakeSequencePlan(const Plan& plan,
                              const SequencePattern& pattern) {
  SequencePlan sequence;
  const size_t steps = std::min(pattern.steps.size(), SequencePlan::kMost);
  for (uint32_t i = 0; i < steps; ++i) {
    const Step& from = pattern.steps[i];
    SequenceStep step;
    step.test = from.test;
    step.at_least = std::max<size_t>(from.at_least, 1);
    step.set = from.counted;
    step.distinct = from.distinct;
    Split(plan, from.where, Bit(i), &step.alone, &step.cross);
    const int own = static_cast<int>(i);
    step.known = SetLevels(sequence, own, &step.cross);
    if (!step.set) step.known = own;  // the one event, whatever is asked of it
    sequence.compares = sequence.compares || !step.cross.empty();
    sequence.steps.push_back(std::move(step));
  }
  const size_t guards = std::min(pattern.guards.size(), SequencePlan::kMost);
  for (uint32_t i = 0; i < guards; ++i) {
    const Guard& from = pattern.guards[i];
    SequenceGuard guard;
    for (const uint32_t test : from.tests) guard.tests |= Bit(test);
    guard.after = from.after_step;
    guard.trailing = from.trailing;
    Split(plan, from.where, 0, &guard.alone, &guard.cross);
    guard.level = SetLevels(sequence, guard.after, &guard.cross);
    if (guard.trailing > 0) {
      sequence.trailing |= Bit(i);
      sequence.longest = std::max(sequence.longest, guard.trailing);
    } else if (guard.after < 0) {
      sequence.leading |= Bit(i);
    } else {
      sequence.inner |= Bit(i);
      sequence.compares = sequence.compares || !guard.cross.empty();
    }
    sequence.guards.push_back(std::move(guard));
  }
  for (size_t i = 0; i < sequence.steps.size(); ++i) {
    MarkCapped(std::vector<CrossTest>(sequence.steps[i].cross), &sequence);
  }
  for (const SequenceGuard& guard : sequence.guards) {
    if (guard.trailing == 0) MarkCapped(guard.cross, &sequence);
  }
  MarkIndependent(&sequence);
  return sequence;
}

}  // namespace tocsin
