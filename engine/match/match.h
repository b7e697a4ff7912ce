// SPDX-License-Identifier: Apache-2.0
//
// Match: what one event means for one rule and key, self-contained: captured
// values are copied, nothing points into the batch. A BatchResult is what a
// worker hands to the sequencer for one Batch.
//
// Threads: values; one owner at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/event/batch.h"
#include "engine/event/value.h"

namespace tocsin {

// The encoded payload of a match: key parts as first seen, then captures.
// Encode/Decode below are the only code that knows the bytes.
struct MatchBody {
  std::vector<std::string_view> key;  // by Rule::key_names
  std::vector<std::vector<Value>>
      captures;  // by Rule::captures; empty: missing
};
void EncodeMatchBody(const MatchBody& body, std::string* out);
// Borrows from `bytes`. False when they are damaged.
bool DecodeMatchBody(std::string_view bytes, MatchBody* body);

// Identity of a key: the folded (for `is ip` fields: canonical) text of each
// part, each preceded by its length.
Hash128 KeyHash(const std::vector<std::string>& identity_parts);

// The shard of a match: by rule and key, by rule alone where Rule::whole().
uint32_t ShardOf(Hash128 rule_state, Hash128 key, bool whole);

struct Match {
  uint32_t event = 0;  // index into BatchResult::events
  RuleId rule;
  uint32_t shard = 0;  // for stateful rules
  uint64_t tests = 0;  // bit i: event test i holds
  Hash128 key;
  std::string body;  // EncodeMatchBody
};

// Per event, also those that matched nothing: the sequencer needs each time.
struct EventResult {
  Coordinate from;
  TimeNs time = kMinTime;  // event time; kMinTime: none parsed
  TimeNs record_time = kMinTime;
  bool trusted_record_time = false;
  int64_t order = INT64_MIN;  // `order` field of its source
  Hash128 identity;           // declared identity, or zero
};

struct DeadLetter {
  Coordinate from;
  TimeNs record_time = kMinTime;
  std::string reason;   // stable word: "unterminated", "too_deep", ...
  std::string detail;   // position and what was expected
  std::string payload;  // the bytes, at most Limits::event_bytes
};

// Events of one message range: consumed = evaluated + dead_lettered + filtered.
struct PartitionCounts {
  Partition partition;
  int64_t next_offset = 0;  // after the last message of the batch
  uint64_t messages = 0;
  uint64_t consumed = 0;
  uint64_t evaluated = 0;
  uint64_t dead_lettered = 0;
  uint64_t filtered = 0;
};

struct MatchCounters {
  uint64_t repaired = 0;
  uint64_t duplicate_keys = 0;
  uint64_t field_faults = 0;
  uint64_t time_missing = 0;  // no source's time parsed; record time used
  uint64_t missing_key = 0;
  uint64_t array_cut = 0;  // values beyond a named limit
  uint64_t key_values_cut = 0;
  uint64_t capture_cut = 0;
  uint64_t candidates = 0;  // rules evaluated beyond their witness
  uint64_t matches = 0;
};

struct BatchResult {
  uint64_t number = 0;
  std::vector<EventResult> events;  // in message order
  std::vector<Match> matches;       // in event order, then rule, then key
  std::vector<DeadLetter> dead_letters;
  std::vector<PartitionCounts> partitions;
  MatchCounters counters;
};

}  // namespace tocsin
