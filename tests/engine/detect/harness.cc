// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/detect/harness.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/fold.h"
#include "engine/match/match.h"

namespace tocsin::testing {
namespace {

TimeNs At(double second) {
  return kBase +
         static_cast<int64_t>(std::llround(second * 1000)) * kMillisecond;
}

MatchRecord RecordOf(const Plan& plan, const Line& line, int64_t offset) {
  MatchRecord record;
  record.rule = RuleId{0};
  for (const uint32_t test : line.tests) record.tests |= uint64_t{1} << test;
  const Rule& rule = plan.rule(record.rule);
  record.time = At(line.second);
  record.place = {line.at ? At(*line.at) : record.time,
                  INT64_MIN,
                  {{InputId{0}, 0}, offset, 0}};
  record.identity = StableHash(std::to_string(offset));
  MatchBody body;
  if (!rule.key_names.empty()) {
    body.key = {line.key};
    record.key = KeyHash({Fold(line.key)});
  }
  body.captures.resize(rule.captures.size());
  if (!line.user.empty()) body.captures[0] = {Value::Text(line.user)};
  if (line.number) {
    body.captures[1] = {*line.number == std::floor(*line.number)
                            ? Value::Int(static_cast<int64_t>(*line.number))
                            : Value::Double(*line.number)};
  }
  if (!line.other.empty()) body.captures[2] = {Value::Text(line.other)};
  EncodeMatchBody(body, &record.body);
  record.shard = ShardOf(rule.state, record.key, rule.whole());
  return record;
}

class Shards {
 public:
  explicit Shards(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {
    for (uint32_t i = 0; i < kShardCount; ++i) {
      shards_.emplace_back(i, plan_, OneInput());
    }
  }

  void Apply(Frame frame, bool save_and_load, RunResult* result) {
    frame.sequence = ++sequence_;
    for (uint32_t i = 0; i < kShardCount; ++i) {
      std::vector<uint32_t> mine;
      for (uint32_t k = 0; k < frame.records.size(); ++k) {
        if (frame.records[k].shard == i) mine.push_back(k);
      }
      shards_[i].Apply(frame, mine, &result->findings);
      if (!save_and_load) continue;
      const std::string state = shards_[i].Save();
      shards_[i] = *Shard::Load(i, plan_, OneInput(), state);
    }
  }

  ShardCounters Counters() const {
    ShardCounters sum;
    for (const Shard& shard : shards_) {
      const ShardCounters& one = shard.counters();
      sum.matches += one.matches;
      sum.clamped += one.clamped;
      sum.reorder_overflow += one.reorder_overflow;
      sum.late_bucket += one.late_bucket;
      sum.key_minute_cut += one.key_minute_cut;
      sum.evicted_keys += one.evicted_keys;
      sum.ring_cut += one.ring_cut;
      sum.candidates_cut += one.candidates_cut;
      sum.not_number += one.not_number;
    }
    return sum;
  }

 private:
  std::shared_ptr<const Plan> plan_;
  std::vector<Shard> shards_;
  uint64_t sequence_ = 0;
};

}  // namespace

Inputs OneInput() {
  InputInfo input;
  input.name = input.topic = "in";
  return {input};
}

RuleKit::RuleKit(const std::vector<std::string>& tests, const Limits& limits)
    : builder_(limits) {
  rule_.name = "rule";
  rule_.title = "Rule";
  rule_.logic = StableHash("logic");
  rule_.state = StableHash("state");
  rule_.levels.push_back({});
  const ExprId key = builder_.FieldExpr(builder_.RawField({"key"}));
  const ExprId test =
      builder_.Member(key, "!=", {{{StoredValue(Value::Text("x")), false}}});
  for (const std::string& name : tests) {
    rule_.tests.push_back({name, test, {key}});
  }
  rule_.key_names = {"key"};
  for (const char* name : {"user", "n", "other"}) {
    tocsin::Capture capture;
    capture.name = name;
    capture.expr = builder_.FieldExpr(builder_.RawField({name}));
    rule_.captures.push_back(capture);
  }
}

ExprId RuleKit::Leaf(Node node, uint32_t a, uint32_t b) {
  Expr expr;
  expr.node = node;
  expr.a = a;
  expr.b = b;
  return builder_.Intern(std::move(expr));
}

ExprId RuleKit::Compare(ExprId left, const char* op, const Value& literal) {
  return builder_.Member(left, op, {{{StoredValue(literal), false}}});
}

ExprId RuleKit::Equal(ExprId a, ExprId b) {
  return builder_.Call("==", Shape::kCompare, {a, b});
}

void RuleKit::Within(DurationNs window, std::vector<tocsin::Measure> measures,
                     ExprId condition) {
  rule_.pattern = WindowPattern{true, window, std::move(measures), condition};
}

void RuleKit::Per(DurationNs window, std::vector<tocsin::Measure> measures,
                  ExprId condition) {
  rule_.pattern = WindowPattern{false, window, std::move(measures), condition};
}

std::shared_ptr<const Plan> RuleKit::Finish() {
  builder_.AddRule(rule_);
  return builder_.Finish({});
}

std::vector<std::string> RunResult::Short() const {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    std::string line = FormatDuration(finding.time - kBase);
    if (finding.key.size() == 1 && finding.key[0].second != "k") {
      line += " " + finding.key[0].second;
    }
    if (finding.held_back != HeldBack::kNo) {
      line += std::string(" ") + HeldBackName(finding.held_back);
    }
    if (finding.resolves) line += " resolves";
    lines.push_back(line);
  }
  return lines;
}

RunResult Run(const std::shared_ptr<const Plan>& plan,
              const std::vector<Line>& lines, const RunOptions& options) {
  RunResult result;
  Shards shards(plan);
  ClockRecord clock;
  clock.partition = {InputId{0}, 0};
  Frame frame;
  for (size_t i = 0; i < lines.size(); ++i) {
    MatchRecord record = RecordOf(*plan, lines[i], static_cast<int64_t>(i));
    clock.max_time = std::max(clock.max_time, record.place.at);
    if (clock.first_at == kMinTime) clock.first_at = record.place.at;
    clock.watermark = std::max(clock.watermark, record.place.at);
    frame.records.push_back(std::move(record));
    if (frame.records.size() < options.lines_per_frame) continue;
    // Nothing below the next place follows.
    frame.clocks = {clock};
    shards.Apply(std::move(frame), options.save_and_load, &result);
    frame = {};
  }
  clock.ended = true;
  frame.clocks = {clock};
  if (options.until) frame.until = Sec(*options.until) + 1;
  shards.Apply(std::move(frame), options.save_and_load, &result);
  result.counters = shards.Counters();
  std::stable_sort(
      result.findings.begin(), result.findings.end(),
      [](const Finding& a, const Finding& b) { return a.at < b.at; });
  return result;
}

}  // namespace tocsin::testing
