// SPDX-License-Identifier: Apache-2.0
//
// Finding: a pattern completed: rule, key, time, evidence. Everything that
// cases and outputs need is in it; nothing refers back to events.
//
// Threads: values.
// Tested by: tests/engine/detect/finding_test.cc
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/json_writer.h"
#include "engine/base/time.h"
#include "engine/event/input.h"
#include "engine/event/value.h"
#include "engine/log/record.h"
#include "engine/plan/plan.h"

namespace tocsin {

enum class HeldBack : uint8_t { kNo, kExceptedBy, kAtMost, kShadow };
const char* HeldBackName(HeldBack held_back);  // "at_most", ...

struct Evidence {
  Coordinate from;
  TimeNs time = 0;   // the event's own
  std::string step;  // alias or test name; "" where there is none
  // Name and JSON of the value, each at most Limits::evidence_value_bytes.
  std::vector<std::pair<std::string, std::string>> fields;
};

struct FindingRisk {
  int64_t amount = 0;
  std::string on;  // field name
  std::string value;
};

struct Finding {
  Hash128 id;
  RuleId rule;
  Level level = Level::kMedium;
  std::vector<std::pair<std::string, std::string>> key;  // in order of `by`
  Hash128 key_hash;
  TimeNs time = 0;  // finding's time (single event: the event's own)
  TimeNs at = 0;    // its place in the total order
  uint32_t stratum = 0;
  HeldBack held_back = HeldBack::kNo;
  std::optional<Hash128> resolves;  // a silence that is over
  // `keep`: name and its distinct values as first seen.
  std::vector<std::pair<std::string, std::vector<std::string>>> values;
  // Measures of a condition, as text in rule form and JSON of the value.
  std::vector<std::pair<std::string, std::string>> measures;
  std::vector<FindingRisk> risks;
  uint64_t evidence_total = 0;
  std::vector<Evidence> evidence;  // first 50 and last 50
  // Rendered from the rule's incident block.
  bool opens_case = true;  // false: `incident none`
  std::string summary;
  std::string case_name;
  std::vector<std::pair<std::string, std::string>> case_key;
};

// One JSON object without line end (DESIGN.md "Command line").
std::string FindingJson(const Finding& finding, const Plan& plan,
                        const Inputs& inputs);

// An item of `evidence`, in findings and incidents alike.
void WriteEvidence(const Evidence& evidence, const Inputs& inputs,
                   JsonWriter* json);

// For snapshots of cases.
void Encode(const Evidence& evidence, ByteWriter* out);
Evidence DecodeEvidence(ByteReader* in);
void Encode(const Finding& finding, ByteWriter* out);
Finding DecodeFinding(ByteReader* in);

}  // namespace tocsin
