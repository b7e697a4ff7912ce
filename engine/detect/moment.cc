// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/moment.h"

#include <utility>

namespace tocsin {
namespace {

// Validate() has seen every literal set of a plan that gets this far.
Prepared PreparedOf(const Plan& plan) {
  return std::move(Prepared::Make(plan)).value();
}

}  // namespace

RuleEval::RuleEval(const Plan& plan)
    : serial_(plan.serial),
      prepared_(PreparedOf(plan)),
      evaluator_(&plan, &prepared_, &reader_) {}

RuleEval& RuleEval::Of(const Plan& plan) {
  thread_local std::unique_ptr<RuleEval> eval;
  if (eval == nullptr || eval->serial_ != plan.serial) {
    eval = std::make_unique<RuleEval>(plan);
  }
  return *eval;
}

void RuleEval::Look(const Moment* moment) {
  reader_.Look(moment);
  evaluator_.Reset();
}

void RuleEval::Reader::Look(const Moment* moment) {
  moment_ = moment;
  used_ = 0;
}

Values RuleEval::Reader::Leaf(ExprId, const Expr& expr) {
  switch (expr.node) {
    case Node::kCapture:
      return Capture(expr.a);
    case Node::kStepCapture:
      return StepCapture(expr.a, expr.b);
    case Node::kStepCount:
      if (expr.a >= moment_->steps.size()) return {};
      return One(Value::Int(
          static_cast<int64_t>(moment_->steps[expr.a].events.size())));
    case Node::kStepTime:
      if (expr.a >= moment_->steps.size()) return {};
      if (moment_->steps[expr.a].events.empty()) return {};
      return One(Value::Int(moment_->steps[expr.a].time));
    case Node::kNowTime:
      if (moment_->event == nullptr) return {};
      return One(Value::Int(moment_->time));
    case Node::kMeasure:
      if (expr.a >= moment_->measures.size()) return {};
      if (!moment_->measures[expr.a]) return {};
      return One(*moment_->measures[expr.a]);
    default:
      return {};
  }
}

Values RuleEval::Reader::One(const Value& value) {
  if (used_ == made_.size()) made_.emplace_back();
  std::vector<Value>& room = made_[used_++];
  room.assign(1, value);
  return {room, true};
}

Values RuleEval::Reader::Capture(uint32_t number) {
  if (moment_->event != nullptr) {
    if (number >= moment_->event->captures.size()) return {};
    const std::vector<Value>& values = moment_->event->captures[number];
    return {values, !values.empty()};
  }
  const std::vector<tocsin::Capture>& captures = moment_->rule->captures;
  if (number >= captures.size()) return {};
  const uint32_t part = captures[number].key_part;
  if (part >= moment_->key.size()) return {};
  return One(Value::Text(moment_->key[part]));
}

Values RuleEval::Reader::StepCapture(uint32_t step, uint32_t number) {
  if (step >= moment_->steps.size()) return {};
  const StepView& view = moment_->steps[step];
  if (view.events.size() == 1) {
    const std::vector<Value>& values = view.events[0]->captures[number];
    return {values, !values.empty()};
  }
  if (used_ == made_.size()) made_.emplace_back();
  std::vector<Value>& room = made_[used_++];
  room.clear();
  for (const MatchBody* event : view.events) {
    for (const Value& value : event->captures[number]) {
      if (!value.is_null()) room.push_back(value);
    }
  }
  return {room, !room.empty()};
}

}  // namespace tocsin
