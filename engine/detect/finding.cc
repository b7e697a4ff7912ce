// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/finding.h"

#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/json_writer.h"

namespace tocsin {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void WriteTexts(const Pairs& pairs, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [name, text] : pairs) json->TextField(name, text);
  json->EndObject();
}

void WriteRaw(const Pairs& pairs, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [name, raw] : pairs) {
    json->Key(name);
    json->Raw(raw);
  }
  json->EndObject();
}

void WriteValues(const Finding& finding, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [name, values] : finding.values) {
    json->Key(name);
    json->BeginArray();
    for (const std::string& value : values) json->Text(value);
    json->EndArray();
  }
  json->EndObject();
}

void WriteRisks(const Finding& finding, JsonWriter* json) {
  json->BeginArray();
  for (const FindingRisk& risk : finding.risks) {
    json->BeginObject();
    json->IntField("amount", risk.amount);
    json->TextField("on", risk.on);
    json->TextField("value", risk.value);
    json->EndObject();
  }
  json->EndArray();
}

void Encode(const Pairs& pairs, ByteWriter* out) {
  out->Varint(pairs.size());
  for (const auto& [name, text] : pairs) {
    out->Text(name);
    out->Text(text);
  }
}

Pairs DecodePairs(ByteReader* in) {
  Pairs pairs;
  const size_t count = in->Count(2);
  for (size_t i = 0; i < count && in->ok(); ++i) {
    std::string name(in->Text());
    pairs.emplace_back(std::move(name), in->Text());
  }
  return pairs;
}

}  // namespace

void WriteEvidence(const Evidence& evidence, const Inputs& inputs,
                   JsonWriter* json) {
  json->BeginObject();
  const Partition& partition = evidence.from.partition;
  json->TextField("input", partition.input.value < inputs.size()
                               ? inputs[partition.input.value].name
                               : std::string());
  json->IntField("partition", partition.number);
  json->IntField("offset", evidence.from.offset);
  if (evidence.from.index > 0) json->IntField("index", evidence.from.index);
  json->TextField("time", FormatTime(evidence.time));
  if (!evidence.step.empty()) json->TextField("step", evidence.step);
  json->Key("fields");
  WriteRaw(evidence.fields, json);
  json->EndObject();
}

const char* HeldBackName(HeldBack held_back) {
  switch (held_back) {
    case HeldBack::kNo:
      return "no";
    case HeldBack::kExceptedBy:
      return "excepted_by";
    case HeldBack::kAtMost:
      return "at_most";
    case HeldBack::kShadow:
      return "shadow";
  }
  return "";
}

std::string FindingJson(const Finding& finding, const Plan& plan,
                        const Inputs& inputs) {
  const Rule& rule = plan.rule(finding.rule);
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.TextField("finding_id", finding.id.Hex());
  json.TextField("rule", rule.name);
  json.TextField("rule_id", rule.sigma_id.empty() ? rule.name : rule.sigma_id);
  json.TextField("title", rule.title.empty() ? rule.name : rule.title);
  json.TextField("level", LevelName(finding.level));
  json.TextField("time", FormatTime(finding.time));
  if (finding.held_back != HeldBack::kNo) {
    json.TextField("held_back", HeldBackName(finding.held_back));
  }
  if (finding.resolves) json.TextField("resolves", finding.resolves->Hex());
  json.Key("key");
  WriteTexts(finding.key, &json);
  json.Key("values");
  WriteValues(finding, &json);
  if (!finding.measures.empty()) {
    json.Key("measures");
    WriteRaw(finding.measures, &json);
  }
  if (!finding.risks.empty()) {
    json.Key("risk");
    WriteRisks(finding, &json);
  }
  json.TextField("summary", finding.summary);
  json.IntField("evidence_total", static_cast<int64_t>(finding.evidence_total));
  json.Key("evidence");
  json.BeginArray();
  for (const Evidence& evidence : finding.evidence) {
    WriteEvidence(evidence, inputs, &json);
  }
  json.EndArray();
  json.EndObject();
  return out;
}

void Encode(const Evidence& evidence, ByteWriter* out) {
  Encode(evidence.from, out);
  out->Zigzag(evidence.time);
  out->Text(evidence.step);
  Encode(evidence.fields, out);
}

Evidence DecodeEvidence(ByteReader* in) {
  Evidence evidence;
  evidence.from = DecodeCoordinate(in);
  evidence.time = in->Zigzag();
  evidence.step = in->Text();
  evidence.fields = DecodePairs(in);
  return evidence;
}

void Encode(const Finding& finding, ByteWriter* out) {
  out->Hash(finding.id);
  out->Varint(finding.rule.value);
  out->U8(static_cast<uint8_t>(finding.level));
  Encode(finding.key, out);
  out->Hash(finding.key_hash);
  out->Zigzag(finding.time);
  out->Zigzag(finding.at);
  out->Varint(finding.stratum);
  out->U8(static_cast<uint8_t>(finding.held_back));
  out->Bool(finding.resolves.has_value());
  if (finding.resolves) out->Hash(*finding.resolves);
  out->Varint(finding.values.size());
  for (const auto& [name, values] : finding.values) {
    out->Text(name);
    out->Varint(values.size());
    for (const std::string& value : values) out->Text(value);
  }
  Encode(finding.measures, out);
  out->Varint(finding.risks.size());
  for (const FindingRisk& risk : finding.risks) {
    out->Zigzag(risk.amount);
    out->Text(risk.on);
    out->Text(risk.value);
  }
  out->Varint(finding.evidence_total);
  out->Varint(finding.evidence.size());
  for (const Evidence& evidence : finding.evidence) Encode(evidence, out);
  out->Bool(finding.opens_case);
  out->Text(finding.summary);
  out->Text(finding.case_name);
  Encode(finding.case_key, out);
}

Finding DecodeFinding(ByteReader* in) {
  Finding finding;
  finding.id = in->Hash();
  finding.rule = RuleId{static_cast<uint32_t>(in->Varint())};
  finding.level = static_cast<Level>(in->U8());
  if (finding.level > Level::kCritical) in->Fail();
  finding.key = DecodePairs(in);
  finding.key_hash = in->Hash();
  finding.time = in->Zigzag();
  finding.at = in->Zigzag();
  finding.stratum = static_cast<uint32_t>(in->Varint());
  finding.held_back = static_cast<HeldBack>(in->U8());
  if (finding.held_back > HeldBack::kShadow) in->Fail();
  if (in->Bool()) finding.resolves = in->Hash();
  const size_t values = in->Count(2);
  for (size_t i = 0; i < values && in->ok(); ++i) {
    auto& [name, texts] = finding.values.emplace_back();
    name = in->Text();
    const size_t count = in->Count();
    for (size_t k = 0; k < count && in->ok(); ++k) {
      texts.emplace_back(in->Text());
    }
  }
  finding.measures = DecodePairs(in);
  const size_t risks = in->Count(3);
  for (size_t i = 0; i < risks && in->ok(); ++i) {
    FindingRisk& risk = finding.risks.emplace_back();
    risk.amount = in->Zigzag();
    risk.on = in->Text();
    risk.value = in->Text();
  }
  finding.evidence_total = in->Varint();
  const size_t evidence = in->Count(8);
  for (size_t i = 0; i < evidence && in->ok(); ++i) {
    finding.evidence.push_back(DecodeEvidence(in));
  }
  finding.opens_case = in->Bool();
  finding.summary = in->Text();
  finding.case_name = in->Text();
  finding.case_key = DecodePairs(in);
  return finding;
}

}  // namespace tocsin
