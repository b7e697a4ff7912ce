// SPDX-License-Identifier: Apache-2.0
//
// Veris: the VERIS 1.4.1 record of an incident, a function of the incident and
// the plan. For each axis (actor, action, asset, the three attributes ...):
//
// 1. what the `veris` blocks of its rules state, all together;
// 2. else what the ATT&CK tags of its rules suggest, where that leaves no
//    choice: reviewed rows of the table, published ones with one variety. The
//    record then says confidence Low. All rows are candidates, with their
//    provenance, in `plus`;
// 3. else what the log sources of its rules show (assets, cloud);
// 4. else Unknown.
//
// security_incident is Suspected: only a person confirms. Times are event
// times; the schema's are UTC on a 12-hour clock without a zone, so RFC 3339
// stands in `plus` beside them.
//
// Threads: pure. Tested by: tests/engine/incident/veris_test.cc
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/json_writer.h"
#include "engine/incident/incident.h"
#include "engine/incident/veris_record.h"
#include "engine/plan/attack_table.h"
#include "engine/plan/plan.h"

namespace tocsin {

// A technique of the incident's rules and the row that applies to it.
struct VerisCandidate {
  std::string technique;
  const AttackRow* row = nullptr;
  bool used = false;               // its words are in the record
  std::vector<std::string> rules;  // that carry it
};

struct Veris {
  VerisRecord record;  // closed
  VerisRecord stated;  // what the rules' blocks say, and no more
  std::vector<VerisCandidate> candidates;  // by technique
  bool from_tags = false;                  // some of the record is of tags
};

Veris Classify(const Incident& incident, const Plan& plan);

// ATT&CK ids and tactics of the rules, sorted, without repetition.
std::vector<std::string> AttackTags(const Incident& incident, const Plan& plan);

// The record as a JSON object.
void WriteVeris(const Incident& incident, const Plan& plan, const Veris& veris,
                JsonWriter* json);

}  // namespace tocsin
