// SPDX-License-Identifier: Apache-2.0
//
// Rule: one compiled rule. Event tests, keys and captures are event-scope
// expressions that the matcher evaluates; everything else is rule scope and
// is evaluated where the pattern completes (detect/).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/plan/source.h"

namespace tocsin {

enum class Level : uint8_t { kInformational, kLow, kMedium, kHigh, kCritical };
const char* LevelName(Level level);

// One event test of a rule; bit i of Match::tests is test i. A match is sent
// for each distinct key; tests with different `by` give different keys.
struct EventTest {
  std::string name;         // "failed"; "" for the rule's events as a whole
  ExprId test;              // event scope; includes `from` and its `where`
  std::vector<ExprId> key;  // event scope; empty = one key for all
};

// A value copied from the event into the match.
struct Capture {
  std::string name;  // as shown: "user", "domain"
  ExprId expr;       // event scope
  FieldType type;
  bool shown = true;  // offered to evidence
  // The key part that it equals, where there is one. Findings that no event
  // completes (`per`, silence) take the value from their key; every other
  // capture is missing there.
  uint32_t key_part = 0xffffffff;
};

// -------------------------------------------------------------- patterns
enum class MeasureKind : uint8_t { kCount, kDistinct, kSum, kAvg, kMin, kMax };

struct Measure {
  MeasureKind kind = MeasureKind::kCount;
  uint32_t test = 0;               // bit of the event test it counts
  std::vector<uint32_t> captures;  // distinct: 1..n; sum..max: 1; count: 0
  // `within` only. > 0: exact, the largest value that matters (the constant it
  // is compared with, plus one). 0: 60 aligned sub-buckets.
  uint32_t exact = 0;
};
const char* MeasureKindName(MeasureKind kind);  // "count", "distinct", ...

struct EventPattern {};  // every event of test 0

struct WindowPattern {  // condition `within` (sliding) or `per` (aligned)
  bool sliding = true;
  DurationNs window = 0;
  std::vector<Measure> measures;
  ExprId condition;  // rule scope, over kMeasure
};

struct Step {
  std::string name;  // alias after `as`, else the test's name
  uint32_t test = 0;
  uint32_t at_least = 1;           // "10+"
  bool counted = false;            // written as N+: the step is a set
  std::vector<uint32_t> distinct;  // "20+ distinct user": captures
  ExprId where;                    // rule scope; kCapture is this step's event
};

struct Guard {
  std::vector<uint32_t> tests;
  int after_step = -1;      // -1: leading; i: between step i and i+1
  DurationNs trailing = 0;  // > 0: `for D`, after the last step
  ExprId where;             // rule scope; kCapture is the guard's event
};

struct SequencePattern {
  DurationNs within = 0;
  std::vector<Step> steps;
  std::vector<Guard> guards;
};

struct SilencePattern {
  uint32_t test = 0;
  DurationNs duration = 0;
  ListId list;  // `in list`
};

using Pattern =
    std::variant<EventPattern, WindowPattern, SequencePattern, SilencePattern>;

// -------------------------------------------------------------- outcome
struct LevelCase {  // `level medium, high where ...`: first case that holds
  Level level = Level::kMedium;
  ExprId where;  // rule scope; not valid: always
};

struct Risk {
  int64_t amount = 0;
  std::string on;  // "user"
  uint32_t capture = 0;
};

struct AtMost {
  int64_t count = 0;
  DurationNs per = 0;
  std::vector<uint32_t> by;  // captures; empty = the rule as a whole
  bool by_key = false;       // `by` is exactly the rule's key
};

// Text with holes: literal pieces and rule-scope expressions in turn.
struct Template {
  struct Piece {
    std::string text;  // printed as it is when `expr` is not valid
    ExprId expr;
  };
  std::vector<Piece> pieces;
};

struct GroupKey {
  std::string name;
  ExprId expr;  // rule scope
};

struct VerisEntry {  // one line of a `veris` block
  std::string axis;  // actor, action, asset, confidentiality, ...
  std::string name;  // "hacking", "external", or a scalar's value
  std::vector<std::string> values;
  std::vector<std::string> via;
  std::vector<std::string> motive;
};

struct IncidentBlock {
  bool none = false;  // `incident none`
  Template summary;
  std::string case_name;        // default: the rule's name
  std::vector<GroupKey> group;  // empty: the rule's key
  DurationNs span = 24 * kHour;
  std::string playbook;
  std::string owner;
  std::vector<VerisEntry> veris;
};

struct Rule {
  std::string name;
  std::string title;     // default: the name
  std::string sigma_id;  // `id`
  std::vector<std::pair<std::string, std::vector<std::string>>> meta;
  std::vector<LevelCase> levels;    // last one has no `where`
  std::vector<std::string> attack;  // "T1110.001", tactics
  std::vector<Risk> risks;
  std::vector<SourceId> from;          // empty: every event
  std::vector<EventTest> tests;        // at most 64
  std::vector<std::string> key_names;  // in the order of `by`
  std::vector<Capture> captures;
  Pattern pattern;
  std::optional<AtMost> at_most;
  std::vector<uint32_t> keep;  // captures
  bool shadow = false;         // `mode shadow`
  bool across_tenants = false;
  IncidentBlock incident;
  Hash128 logic;  // LANGUAGE.md section 11
  Hash128 state;
  uint32_t stratum = 0;             // 0: events; k+1: findings of stratum k
  std::vector<std::string> topics;  // inputs it can read; empty: all

  bool single_event() const {
    return std::holds_alternative<EventPattern>(pattern);
  }
  // Goes through shards and waits for the watermark.
  bool stateful() const { return !single_event() || at_most.has_value(); }
  // The measure in the rule language: "distinct user of failed".
  std::string MeasureText(const Measure& measure) const;
  // Sharded by rule alone, since it needs all of its keys together: where
  // `at most` is not by the full key, all its candidates meet in one shard.
  bool whole() const { return at_most.has_value() && !at_most->by_key; }
};

}  // namespace tocsin
