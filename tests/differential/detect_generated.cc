// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/detect_generated.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engine/base/fold.h"
#include "engine/match/match.h"

namespace tocsin::testing {
namespace {

constexpr uint32_t kUser = 0;
constexpr uint32_t kNumber = 1;
constexpr uint32_t kTests = 4;
constexpr TimeNs kStart = 1'767'571'200 * kSecond;

class RuleMaker {
 public:
  RuleMaker(PlanBuilder* builder, Dice* dice, uint32_t number)
      : builder_(*builder), dice_(*dice) {
    rule_.name = "rule" + std::to_string(number);
    rule_.title = rule_.name;
    rule_.logic = StableHash("logic " + rule_.name);
    rule_.state = StableHash("state " + rule_.name);
    rule_.levels.push_back({});
    const ExprId key = builder_.FieldExpr(builder_.RawField({"key"}));
    const ExprId test = Against(key, "!=", Value::Text("x"));
    for (const char* name : {"a", "b", "c", "x"}) {
      rule_.tests.push_back({name, test, {key}});
    }
    rule_.key_names = {"key"};
    for (const char* name : {"user", "n"}) {
      Capture capture;
      capture.name = name;
      capture.expr = builder_.FieldExpr(builder_.RawField({name}));
      rule_.captures.push_back(capture);
    }
  }

  Rule Make() {
    if (dice_.OneIn(2)) rule_.keep = {kUser};
    switch (dice_.Roll(8)) {
      case 0:
        rule_.pattern = EventPattern{};
        rule_.key_names.clear();
        for (EventTest& test : rule_.tests) test.key.clear();
        rule_.at_most = AtMostOf();
        return rule_;
      case 1:
      case 2:
        Window(true);
        break;
      case 3:
        Window(false);
        break;
      case 4:
        Silence();
        break;
      default:
        Sequence();
    }
    if (dice_.OneIn(3)) rule_.at_most = AtMostOf();
    rule_.shadow = dice_.OneIn(6);
    return rule_;
  }

 private:
  ExprId Leaf(Node node, uint32_t a = 0, uint32_t b = 0) {
    Expr expr;
    expr.node = node;
    expr.a = a;
    expr.b = b;
    return builder_.Intern(std::move(expr));
  }
  ExprId Against(ExprId left, const char* op, const Value& value) {
    return builder_.Member(left, op, {{{StoredValue(value), false}}, false});
  }

  AtMost AtMostOf() {
    AtMost at_most;
    at_most.count = 1 + dice_.Roll(2);
    at_most.per = dice_.Pick({5, 20, 60}) * kSecond;
    if (dice_.OneIn(2)) {
      at_most.by = {kUser};
    } else {
      at_most.by_key = !rule_.key_names.empty() && dice_.OneIn(2);
    }
    return at_most;
  }

  void Window(bool sliding) {
    WindowPattern window;
    window.sliding = sliding;
    window.window = dice_.Pick({2, 5, 10, 30}) * kSecond;
    std::vector<ExprId> parts;
    const uint32_t measures = 1 + dice_.Roll(3);
    for (uint32_t i = 0; i < measures; ++i) {
      Measure measure;
      measure.kind =
          dice_.Pick({MeasureKind::kCount, MeasureKind::kCount,
                      MeasureKind::kDistinct, MeasureKind::kSum,
                      MeasureKind::kAvg, MeasureKind::kMin, MeasureKind::kMax});
      measure.test = dice_.Roll(2);
      if (measure.kind == MeasureKind::kDistinct) {
        measure.captures = {kUser};
        if (dice_.OneIn(3)) measure.captures.push_back(kNumber);
        measure.exact = sliding ? 50 : 0;
      } else if (measure.kind == MeasureKind::kCount) {
        measure.exact = sliding && dice_.OneIn(2) ? 50 : 0;
      } else {
        measure.captures = {kNumber};
      }
      window.measures.push_back(measure);
      parts.push_back(
          Against(Leaf(Node::kMeasure, i),
                  dice_.OneIn(4) ? "<=" : ">=", Value::Int(1 + dice_.Roll(4))));
    }
    window.condition = dice_.OneIn(3) ? builder_.Or(std::move(parts))
                                      : builder_.And(std::move(parts));
    rule_.pattern = std::move(window);
  }

  void Silence() {
    SilencePattern silence;
    silence.test = dice_.Roll(3);
    silence.duration = dice_.Pick({3, 8, 20}) * kSecond;
    if (dice_.OneIn(2)) {
      List list("fleet", ListType::kText);
      for (const char* key : {"K1", "k2", "never"}) {
        list.Add(key, {}).IgnoreError();
      }
      silence.list = builder_.AddList(std::move(list));
    }
    rule_.pattern = silence;
  }

  // A comparison with one of the steps before `step`.
  ExprId CrossTest(uint32_t step) {
    const uint32_t other = dice_.Roll(step);
    switch (dice_.Roll(4)) {
      case 0:
        return builder_.Call("<", Shape::kCompare,
                             {Leaf(Node::kStepCapture, other, kNumber),
                              Leaf(Node::kCapture, kNumber)});
      case 1:
        return Against(
            builder_.Call("-", Shape::kArithmetic,
                          {Leaf(Node::kNowTime), Leaf(Node::kStepTime, other)}),
            "<=", Value::Int(dice_.Pick({1, 3, 6}) * kSecond));
      case 2:
        return builder_.Not(builder_.Call(
            "==", Shape::kCompare,
            {Leaf(Node::kCapture, kUser), Leaf(Node::kStepCapture, other, 0)}));
      default:
        return builder_.Call(
            "==", Shape::kCompare,
            {Leaf(Node::kCapture, kUser), Leaf(Node::kStepCapture, other, 0)});
    }
  }

  ExprId Where(uint32_t step) {
    std::vector<ExprId> parts;
    if (dice_.OneIn(5)) {
      parts.push_back(
          Against(Leaf(Node::kCapture, kNumber), ">", Value::Int(1)));
    }
    if (step > 0 && dice_.OneIn(2)) parts.push_back(CrossTest(step));
    if (step > 1 && dice_.OneIn(3)) parts.push_back(CrossTest(step));
    return parts.empty() ? ExprId{} : builder_.And(std::move(parts));
  }

  void Sequence() {
    SequencePattern sequence;
    sequence.within = dice_.Pick({4, 8, 15}) * kSecond;
    const uint32_t steps = 1 + dice_.Roll(3);
    for (uint32_t i = 0; i < steps; ++i) {
      Step step;
      step.test = dice_.OneIn(4) ? dice_.Roll(3) : i;
      step.name = "s" + std::to_string(i);
      if (dice_.OneIn(2)) {
        step.counted = true;
        step.at_least = 1 + dice_.Roll(3);
        if (dice_.OneIn(3)) step.distinct = {kUser};
      }
      step.where = Where(i);
      if (i == 0 && dice_.OneIn(4)) sequence.guards.push_back({{3}, -1, 0, {}});
      sequence.steps.push_back(std::move(step));
      if (i + 1 < steps && dice_.OneIn(3)) {
        sequence.guards.push_back(
            {{3},
             static_cast<int>(i),
             0,
             dice_.OneIn(2) ? CrossTest(i + 1) : ExprId{}});
      }
    }
    if (dice_.OneIn(4)) {
      sequence.guards.push_back({{3},
                                 static_cast<int>(steps) - 1,
                                 dice_.Pick({2, 5, 20}) * kSecond,
                                 dice_.OneIn(2) ? CrossTest(steps) : ExprId{}});
    }
    rule_.pattern = std::move(sequence);
  }

  PlanBuilder& builder_;
  Dice& dice_;
  Rule rule_;
};

struct Fields {
  std::vector<Value> user;
  std::vector<Value> number;
};

Fields RollFields(Dice* dice) {
  Fields fields;
  for (uint32_t i = dice->OneIn(6) ? 0 : 1 + dice->Roll(5) / 4; i > 0; --i) {
    fields.user.push_back(
        Value::Text(dice->Pick({"ana", "ANA", "bob", "eve", ""})));
  }
  switch (dice->Roll(6)) {
    case 0:
      break;
    case 1:
      fields.number = {Value::Text("2.5")};
      break;
    case 2:
      fields.number = {Value::Text("many")};
      break;
    case 3:
      fields.number = {Value::Double(0.25), Value::Int(2)};
      break;
    default:
      fields.number = {Value::Int(dice->Roll(4))};
  }
  return fields;
}

}  // namespace

Inputs DetectInputs() {
  InputInfo input;
  input.name = input.topic = "in";
  input.disorder = kDisorder;
  return {input};
}

std::shared_ptr<const Plan> GenerateRules(Dice* dice) {
  PlanBuilder builder{Limits()};
  for (uint32_t i = 0; i < 4; ++i) {
    builder.AddRule(RuleMaker(&builder, dice, i).Make());
  }
  return builder.Finish({});
}

DetectStream GenerateStream(const Plan& plan, Dice* dice) {
  DetectStream stream;
  std::array<ClockRecord, 2> clocks;
  for (int32_t i = 0; i < 2; ++i) {
    clocks[static_cast<size_t>(i)].partition = {InputId{0}, i};
    clocks[static_cast<size_t>(i)].partitions = 2;
  }
  TimeNs clock_time = kStart;
  const uint32_t events = 40 + dice->Roll(80);
  for (uint32_t i = 0; i < events; ++i) {
    clock_time +=
        dice->Pick<int64_t>({0, 0, 100, 400, 1000, 1000, 4000}) * kMillisecond;
    if (dice->OneIn(40)) clock_time += 30 * kSecond;
    TimeNs time = clock_time;
    if (dice->OneIn(3)) time -= dice->Roll(6000) * kMillisecond;
    ClockRecord& clock = clocks[dice->Roll(2)];
    MatchRecord record;
    record.time = time;
    record.place = {std::max(time, clock.watermark),
                    INT64_MIN,
                    {clock.partition, clock.next_offset++, 0}};
    record.identity = StableHash("event " + std::to_string(i));
    clock.highest = clock.max_time = std::max(clock.max_time, time);
    clock.watermark = clock.highest - kDisorder;
    if (clock.first_at == kMinTime) clock.first_at = record.place.at;
    stream.start = std::min(stream.start, clock.first_at);
    stream.end = std::max(stream.end, time + 1);
    const std::string key = dice->Pick({"k1", "K1", "k2", "k3"});
    const uint64_t tests = uint64_t{1} << dice->Roll(kTests) |
                           (dice->OneIn(5) ? 1 << dice->Roll(kTests) : 0);
    const Fields fields = RollFields(dice);
    DetectStream::Event event;
    for (uint32_t rule = 0; rule < plan.rules.size(); ++rule) {
      const Rule& of = plan.rules[rule];
      record.rule = RuleId{rule};
      record.tests = tests;
      MatchBody body;
      body.captures = {fields.user, fields.number};
      record.key = {};
      if (!of.key_names.empty()) {
        body.key = {key};
        record.key = KeyHash({Fold(key)});
      }
      record.body.clear();
      EncodeMatchBody(body, &record.body);
      record.shard = ShardOf(of.state, record.key, of.whole());
      event.records.push_back(record);
    }
    event.clock = clock;
    stream.events.push_back(std::move(event));
  }
  return stream;
}

}  // namespace tocsin::testing
