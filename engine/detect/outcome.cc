// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/outcome.h"

#include <utility>

#include "engine/detect/template.h"

namespace tocsin {
namespace {

Level LevelOf(const Rule& rule, RuleEval* eval) {
  for (const LevelCase& level : rule.levels) {
    if (!level.where.valid() || eval->Holds(level.where)) return level.level;
  }
  return Level::kMedium;
}

// Values of a capture, of the event or of the key.
std::vector<Value> CaptureOf(const Rule& rule, const Moment& moment,
                             uint32_t capture) {
  if (moment.event != nullptr) return moment.event->captures[capture];
  const uint32_t part = rule.captures[capture].key_part;
  if (part >= moment.key.size()) return {};
  return {Value::Text(moment.key[part])};
}

void AddRisks(const Rule& rule, const Moment& moment, const Limits& limits,
              Finding* finding) {
  for (const Risk& risk : rule.risks) {
    for (const Value& value : CaptureOf(rule, moment, risk.capture)) {
      Hash128 identity;
      if (!IdentityOf(value, &identity)) continue;
      finding->risks.push_back(
          {risk.amount, risk.on,
           ShownText(value, rule.captures[risk.capture].type, limits)});
    }
  }
}

std::string MeasureJson(const std::optional<Value>& value) {
  std::string json;
  AppendJson(value.value_or(Value::Null()), 64, &json);
  return json;
}

void AddCase(const Plan& plan, const Rule& rule, RuleEval* eval,
             Finding* finding) {
  const IncidentBlock& incident = rule.incident;
  finding->opens_case = !incident.none;
  finding->summary = incident.summary.pieces.empty()
                         ? rule.title
                         : Render(plan, rule, incident.summary, eval);
  if (finding->summary.empty()) finding->summary = rule.name;
  finding->case_name =
      incident.case_name.empty() ? rule.name : incident.case_name;
  for (const GroupKey& group : incident.group) {
    finding->case_key.emplace_back(group.name,
                                   RenderValue(plan, rule, group.expr, eval));
  }
  if (incident.group.empty()) finding->case_key = finding->key;
}

std::vector<Hash128> BudgetsOf(const Plan& plan, const Rule& rule,
                               const Moment& moment, const Hash128& key) {
  if (!rule.at_most) return {};
  if (rule.at_most->by_key) return {key};
  if (rule.at_most->by.empty()) return {Hash128{}};
  MatchBody body;
  body.captures.resize(rule.captures.size());
  for (const uint32_t capture : rule.at_most->by) {
    body.captures[capture] = CaptureOf(rule, moment, capture);
  }
  std::vector<Hash128> budgets;
  IdentitiesOf(body, rule.at_most->by, plan.limits, &budgets);
  return budgets;
}

}  // namespace

Candidate MakeCandidate(const Plan& plan, Completion completion) {
  const Rule& rule = plan.rule(completion.rule);
  Candidate candidate;
  candidate.place = completion.place;
  Finding& finding = candidate.finding;
  finding.rule = completion.rule;
  finding.key_hash = completion.key;
  finding.time = completion.time;
  finding.at = completion.at;
  finding.stratum = rule.stratum;
  finding.resolves = completion.resolves;
  finding.held_back = completion.resolved_held;
  finding.evidence_total = completion.evidence_total;
  finding.evidence = std::move(completion.evidence);
  completion.moment.rule = &rule;
  completion.moment.key = completion.shown_key;
  for (size_t i = 0;
       i < rule.key_names.size() && i < completion.shown_key.size(); ++i) {
    finding.key.emplace_back(rule.key_names[i], completion.shown_key[i]);
  }
  for (size_t i = 0; i < rule.keep.size() && i < completion.kept.size(); ++i) {
    finding.values.emplace_back(rule.captures[rule.keep[i]].name,
                                std::move(completion.kept[i]));
  }
  const auto* window = std::get_if<WindowPattern>(&rule.pattern);
  for (size_t i = 0; window != nullptr && i < window->measures.size(); ++i) {
    if (i >= completion.moment.measures.size()) break;
    finding.measures.emplace_back(rule.MeasureText(window->measures[i]),
                                  MeasureJson(completion.moment.measures[i]));
  }
  RuleEval& eval = RuleEval::Of(plan);
  eval.Look(&completion.moment);
  finding.level = LevelOf(rule, &eval);
  AddRisks(rule, completion.moment, plan.limits, &finding);
  AddCase(plan, rule, &eval, &finding);
  // What resolves another finding spends no budget.
  if (!completion.resolves) {
    candidate.budgets =
        BudgetsOf(plan, rule, completion.moment, completion.key);
  }
  return candidate;
}

Hash128 StatefulId(const Rule& rule, const Finding& finding, uint64_t n) {
  return IdHasher()
      .Add(std::string_view())  // tenant
      .Add(rule.name)
      .Add(rule.logic)
      .Add(finding.key_hash)
      .Add(finding.time)
      .Add(static_cast<int64_t>(n))
      .Finish();
}

Hash128 SingleEventId(const Rule& rule, const Hash128& identity) {
  return IdHasher()
      .Add(std::string_view())  // tenant
      .Add(rule.name)
      .Add(rule.logic)
      .Add(identity)
      .Finish();
}

std::vector<std::string> ShownKey(const MatchBody& body) {
  return {body.key.begin(), body.key.end()};
}

}  // namespace tocsin
