// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/incident/made_up.h"

#include "engine/base/status.h"

namespace tocsin::testing {

Inputs MakeInputs(size_t count) {
  Inputs inputs(count);
  for (size_t i = 0; i < count; ++i) {
    inputs[i].name = std::string(1, static_cast<char>('a' + i));
    inputs[i].topic = inputs[i].name;
    inputs[i].idle_after = kMaxTime;
  }
  return inputs;
}

std::shared_ptr<const Plan> MakePlan(const std::vector<RuleSpec>& rules,
                                     const Limits& limits) {
  PlanBuilder builder(limits);
  for (const RuleSpec& spec : rules) {
    Rule rule;
    rule.name = spec.name;
    rule.title = StrCat("Title of ", spec.name);
    rule.levels = {{Level::kHigh, {}}};
    rule.attack = spec.attack;
    rule.topics = spec.topics;
    rule.pattern = EventPattern{};
    rule.incident.none = spec.none;
    rule.incident.case_name =
        spec.case_name.empty() ? spec.name : spec.case_name;
    rule.incident.span = spec.span;
    rule.incident.playbook = spec.playbook;
    rule.incident.veris = spec.veris;
    builder.AddRule(std::move(rule));
  }
  return builder.Finish({});
}

Finding MakeFinding(const Plan& plan, uint32_t rule, std::string_view user,
                    DurationNs at, Level level, int64_t number) {
  Finding finding;
  const IncidentBlock& block = plan.rules[rule].incident;
  finding.rule = RuleId{rule};
  finding.level = level;
  finding.at = kStart + at;
  finding.time = finding.at;
  finding.key = {{"user", std::string(user)}};
  finding.key_hash = StableHash(user);
  finding.id = IdHasher()
                   .Add(plan.rules[rule].name)
                   .Add(user)
                   .Add(finding.at)
                   .Add(number)
                   .Finish();
  finding.opens_case = !block.none;
  finding.summary = StrCat(plan.rules[rule].name, " saw ", user);
  finding.case_name = block.case_name;
  finding.case_key = finding.key;
  finding.evidence_total = 1;
  Evidence item;
  item.from.partition.input = InputId{0};
  item.from.offset = at / kSecond;
  item.time = finding.at;
  item.fields = {{"user", StrCat("\"", user, "\"")}};
  finding.evidence = {item};
  return finding;
}

Frame MakeFrame(uint64_t sequence,
                const std::vector<std::pair<uint32_t, DurationNs>>& clocks) {
  Frame frame;
  frame.sequence = sequence;
  frame.log_time = kStart;
  for (const auto& [input, w] : clocks) {
    ClockRecord clock;
    clock.partition.input = InputId{input};
    clock.watermark = kStart + w;
    clock.max_time = kStart + w;
    clock.first_at = kStart;
    frame.clocks.push_back(clock);
  }
  return frame;
}

}  // namespace tocsin::testing
