// SPDX-License-Identifier: Apache-2.0
//
// IncidentJson: an incident as outputs carry it (DESIGN.md "Command line").
#include <string_view>

#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "engine/detect/template.h"
#include "engine/incident/incident.h"
#include "engine/incident/severity.h"
#include "engine/incident/veris.h"

namespace tocsin {
namespace {

void WriteFinding(const CaseFinding& finding, const Plan& plan,
                  JsonWriter* json) {
  json->BeginObject();
  json->TextField("finding_id", finding.id.Hex());
  json->TextField("rule", plan.rule(finding.rule).name);
  json->TextField("level", LevelName(finding.level));
  json->TextField("time", FormatTime(finding.time));
  json->TextField("summary",
                  SafeText(finding.summary,
                           static_cast<size_t>(plan.limits.summary_bytes)));
  json->EndObject();
}

void WriteTexts(std::string_view key, const std::vector<std::string>& texts,
                JsonWriter* json) {
  json->Key(key);
  json->BeginArray();
  for (const std::string& text : texts) json->Text(text);
  json->EndArray();
}

// What the rule that gives the title says, else the first rule that does.
void WriteOfRules(std::string_view key, std::string IncidentBlock::*member,
                  const Incident& incident, const Plan& plan,
                  JsonWriter* json) {
  const std::string* text = &(plan.rule(incident.title_rule).incident.*member);
  for (const RuleId rule : incident.rules) {
    if (text->empty()) text = &(plan.rule(rule).incident.*member);
  }
  if (!text->empty()) json->TextField(key, *text);
}

// Who, what, when, how bad.
void WriteHead(const Incident& incident, const Plan& plan, const Veris& veris,
               JsonWriter* json) {
  const Rule& rule = plan.rule(incident.title_rule);
  json->TextField("incident_id", incident.id.Hex());
  json->IntField("revision", static_cast<int64_t>(incident.revision));
  json->TextField("state", "new");
  json->TextField("title", rule.title.empty() ? rule.name : rule.title);
  json->TextField("severity",
                  SeverityName(SeverityOf(incident.level, veris.stated)));
  json->TextField("level", LevelName(incident.level));
  json->TextField("time", FormatTime(incident.time));
  json->TextField("first_time", FormatTime(incident.first_time));
  json->TextField("last_time", FormatTime(incident.last_time));
  json->TextField("case", incident.case_name);
  json->Key("key");
  json->BeginObject();
  for (const auto& [name, value] : incident.key) json->TextField(name, value);
  json->EndObject();
  json->TextField("summary",
                  SafeText(incident.summary,
                           static_cast<size_t>(plan.limits.summary_bytes)));
  WriteOfRules("playbook", &IncidentBlock::playbook, incident, plan, json);
  WriteOfRules("owner", &IncidentBlock::owner, incident, plan, json);
}

}  // namespace

std::string IncidentJson(const Incident& incident, const Plan& plan,
                         const Inputs& inputs) {
  const Veris veris = Classify(incident, plan);
  std::string text;
  JsonWriter json(&text);
  json.BeginObject();
  WriteHead(incident, plan, veris, &json);
  json.IntField("count", static_cast<int64_t>(incident.count));
  if (incident.surplus > 0) {
    json.IntField("surplus", static_cast<int64_t>(incident.surplus));
  }
  std::vector<std::string> rules;
  for (const RuleId rule : incident.rules) {
    rules.push_back(plan.rule(rule).name);
  }
  WriteTexts("rules", rules, &json);
  WriteTexts("attack", AttackTags(incident, plan), &json);
  json.Key("findings");
  json.BeginArray();
  for (const CaseFinding& finding : incident.findings) {
    WriteFinding(finding, plan, &json);
  }
  json.EndArray();
  json.IntField("evidence_total",
                static_cast<int64_t>(incident.evidence_total));
  json.Key("evidence");
  json.BeginArray();
  for (const Evidence& item : incident.evidence) {
    WriteEvidence(item, inputs, &json);
  }
  json.EndArray();
  json.Key("veris");
  WriteVeris(incident, plan, veris, &json);
  json.EndObject();
  return text;
}

}  // namespace tocsin
