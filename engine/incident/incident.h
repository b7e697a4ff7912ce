// SPDX-License-Identifier: Apache-2.0
//
// Incident: one case as responders get it: who, what, when, how bad, with
// VERIS classification and evidence. A revision is a whole new text under the
// same id; its number is the number of findings in the case, so that it is the
// same however the findings were batched.
//
// Threads: values. Tested by: tests/engine/incident/incident_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "engine/detect/finding.h"
#include "engine/event/input.h"
#include "engine/plan/plan.h"

namespace tocsin {

enum class Severity : uint8_t { kSev1, kSev2, kSev3 };
const char* SeverityName(Severity severity);  // "SEV1", ...

// A finding as its case remembers it.
struct CaseFinding {
  Hash128 id;
  RuleId rule;
  Level level = Level::kMedium;
  TimeNs time = 0;
  std::string summary;
};

struct Incident {
  Hash128 id;
  uint64_t revision = 0;  // == count
  std::string case_name;
  std::vector<std::pair<std::string, std::string>> key;
  Hash128 key_hash;
  Level level = Level::kMedium;  // the highest of its findings
  TimeNs first_at = 0;           // of the first finding: with name and key, id
  TimeNs first_time = 0;         // of the evidence: earliest and latest event
  TimeNs last_time = 0;
  TimeNs time = 0;       // of the latest finding
  uint64_t count = 0;    // findings
  uint64_t surplus = 0;  // of these, only counted: beyond a limit (cases.h)
  // The first Limits::case_findings of them.
  std::vector<CaseFinding> findings;
  std::vector<RuleId> rules;  // that contributed, in order of appearance
  std::string summary;        // of the finding with the highest level
  RuleId title_rule;          // whose title, playbook and owner are shown
  // First and last items over all findings (Limits::evidence_first, _last).
  uint64_t evidence_total = 0;
  std::vector<Evidence> evidence;
};

// One JSON object without line end (DESIGN.md "Command line"): nothing in it
// depends on the time of day or on how the work was scheduled.
std::string IncidentJson(const Incident& incident, const Plan& plan,
                         const Inputs& inputs);

void Encode(const Incident& incident, ByteWriter* out);
Incident DecodeIncident(ByteReader* in);

}  // namespace tocsin
