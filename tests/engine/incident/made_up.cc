// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/incident/made_up.h"

#include <array>

#include "engine/base/status.h"
#include "engine/plan/veris_words.h"

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

VerisEntry RandomEntry(std::mt19937* random) {
  struct Form {
    const char* axis;
    const char* name;
    const char* scalar;  // the path of a scalar's words
  };
  static constexpr std::array kForms = {
      Form{"actor", "external", ""},
      Form{"actor", "internal", ""},
      Form{"actor", "partner", ""},
      Form{"actor", "unknown", ""},
      Form{"action", "hacking", ""},
      Form{"action", "malware", ""},
      Form{"action", "social", ""},
      Form{"action", "error", ""},
      Form{"action", "misuse", ""},
      Form{"action", "physical", ""},
      Form{"action", "environmental", ""},
      Form{"action", "unknown", ""},
      Form{"asset", "", ""},
      Form{"confidentiality", "", "attribute.confidentiality.data_disclosure"},
      Form{"integrity", "", ""},
      Form{"availability", "", ""},
      Form{"discovery", "", "discovery_method.external.variety"},
      Form{"impact", "", "impact.overall_rating"},
      Form{"confidence", "", "confidence"},
      Form{"targeted", "", "targeted"},
  };
  const Form& form = kForms[(*random)() % kForms.size()];
  VerisEntry entry{form.axis, form.name, {}, {}, {}};
  const auto pick = [random](std::string_view path) {
    const auto words = VerisWords(path);
    return std::string(words[(*random)() % words.size()]);
  };
  if (*form.scalar != '\0') entry.name = pick(form.scalar);
  const VerisPaths paths = PathsOf(entry);
  const bool required = entry.name.empty();
  const auto fill = [&](const std::string& path,
                        std::vector<std::string>* words, size_t least) {
    if (path.empty()) return;
    for (size_t n = least + (*random)() % 4; n > 0; --n) {
      words->push_back(pick(path));
    }
  };
  fill(paths.values, &entry.values, required ? 1 : 0);
  fill(paths.via, &entry.via, 0);
  fill(paths.motive, &entry.motive, 0);
  ResolveVeris(&entry);  // drops repeated words
  return entry;
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
