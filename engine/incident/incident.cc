// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/incident.h"

#include <algorithm>

namespace tocsin {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void EncodePairs(const Pairs& pairs, ByteWriter* out) {
  out->Varint(pairs.size());
  for (const auto& [name, value] : pairs) {
    out->Text(name);
    out->Text(value);
  }
}

Pairs DecodePairs(ByteReader* in) {
  Pairs pairs(in->Count(2));
  for (auto& [name, value] : pairs) {
    name = in->Text();
    value = in->Text();
  }
  return pairs;
}

RuleId DecodeRule(ByteReader* in) {
  return RuleId{static_cast<uint32_t>(in->Varint())};
}

Level DecodeLevel(ByteReader* in) {
  const uint8_t level = in->U8();
  if (level > static_cast<uint8_t>(Level::kCritical)) in->Fail();
  return in->ok() ? static_cast<Level>(level) : Level::kMedium;
}

void EncodeFinding(const CaseFinding& finding, ByteWriter* out) {
  out->Hash(finding.id);
  out->Varint(finding.rule.value);
  out->U8(static_cast<uint8_t>(finding.level));
  out->Zigzag(finding.time);
  out->Text(finding.summary);
}

CaseFinding DecodeCaseFinding(ByteReader* in) {
  CaseFinding finding;
  finding.id = in->Hash();
  finding.rule = DecodeRule(in);
  finding.level = DecodeLevel(in);
  finding.time = in->Zigzag();
  finding.summary = in->Text();
  return finding;
}

}  // namespace

void Encode(const Incident& incident, ByteWriter* out) {
  out->Hash(incident.id);
  out->Text(incident.case_name);
  EncodePairs(incident.key, out);
  out->Hash(incident.key_hash);
  out->U8(static_cast<uint8_t>(incident.level));
  out->Zigzag(incident.first_at);
  out->Zigzag(incident.first_time);
  out->Zigzag(incident.last_time);
  out->Zigzag(incident.time);
  out->Varint(incident.count);
  out->Varint(incident.surplus);
  out->Varint(incident.findings.size());
  for (const CaseFinding& finding : incident.findings) {
    EncodeFinding(finding, out);
  }
  out->Varint(incident.rules.size());
  for (const RuleId rule : incident.rules) out->Varint(rule.value);
  out->Text(incident.summary);
  out->Varint(incident.title_rule.value);
  out->Varint(incident.evidence_total);
  out->Varint(incident.evidence.size());
  for (const Evidence& item : incident.evidence) Encode(item, out);
}

Incident DecodeIncident(ByteReader* in) {
  Incident incident;
  incident.id = in->Hash();
  incident.case_name = in->Text();
  incident.key = DecodePairs(in);
  incident.key_hash = in->Hash();
  incident.level = DecodeLevel(in);
  incident.first_at = in->Zigzag();
  incident.first_time = in->Zigzag();
  incident.last_time = in->Zigzag();
  incident.time = in->Zigzag();
  incident.count = in->Varint();
  incident.revision = incident.count;
  incident.surplus = in->Varint();
  // A count of damaged bytes must not reserve more than the bytes can hold.
  for (size_t left = in->Count(16); left > 0 && in->ok(); --left) {
    incident.findings.push_back(DecodeCaseFinding(in));
  }
  for (size_t left = in->Count(); left > 0 && in->ok(); --left) {
    incident.rules.push_back(DecodeRule(in));
  }
  incident.summary = in->Text();
  incident.title_rule = DecodeRule(in);
  incident.evidence_total = in->Varint();
  for (size_t left = in->Count(4); left > 0 && in->ok(); --left) {
    incident.evidence.push_back(DecodeEvidence(in));
  }
  return incident;
}

}  // namespace tocsin
