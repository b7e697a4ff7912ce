// SPDX-License-Identifier: Apache-2.0
//
// Moment: what rule-scope expressions read when a pattern is judged: the match
// at hand, the events of the steps so far, the measures. RuleEval evaluates
// them; each thread keeps one for the plan that it works with, since literal
// sets and regexes are dear and shards are many.
//
// Errors: none. Threads: RuleEval::Of() gives each thread its own.
// Tested by: tests/engine/detect/template_test.cc
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/value.h"
#include "engine/match/match.h"
#include "engine/plan/eval.h"
#include "engine/plan/plan.h"

namespace tocsin {

// The events of one step: one, or the set of a counted step.
struct StepView {
  std::vector<const MatchBody*> events;
  TimeNs time = 0;  // event time of the first one
};

// Borrows everything. What is not set is missing.
struct Moment {
  const Rule* rule = nullptr;
  const MatchBody* event = nullptr;  // null: no event completes it
  TimeNs time = 0;                   // event time of `event`
  std::span<const std::string> key;  // as shown; read where `event` is null
  std::span<const StepView> steps;
  std::span<const std::optional<Value>> measures;
};

class RuleEval {
 public:
  explicit RuleEval(const Plan& plan);

  // The calling thread's own, for this plan. It stays valid until the thread
  // asks for that of another plan.
  static RuleEval& Of(const Plan& plan);

  // From here on expressions are about `moment`, which must stay as it is
  // until the next call.
  void Look(const Moment* moment);
  bool Holds(ExprId id) { return evaluator_.Holds(id); }
  // Valid until the next Look().
  Values Get(ExprId id) { return evaluator_.Get(id); }

 private:
  // What the evaluator asks for its leaves.
  class Reader {
   public:
    Values Leaf(ExprId id, const Expr& expr);
    void Look(const Moment* moment);

   private:
    Values One(const Value& value);
    Values Capture(uint32_t number);
    Values StepCapture(uint32_t step, uint32_t number);

    const Moment* moment_ = nullptr;
    std::deque<std::vector<Value>> made_;
    size_t used_ = 0;
  };

  uint64_t serial_;
  Prepared prepared_;
  Reader reader_;
  Evaluator<Reader> evaluator_;
};

}  // namespace tocsin
