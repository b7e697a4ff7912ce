// SPDX-License-Identifier: Apache-2.0
//
// Limits: every bound of the engine by its name in the configuration
// (`limits: {NAME: N}`), with its default. Each has a counter of the same
// name when it bites and a line in engine/README.md.
//
// Threads: a value; copy it freely.
// Tested by: tests/engine/base/limits_test.cc
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin {

struct Limits {
  int64_t event_bytes = 1 << 20;        // one event; above: dead letter
  int64_t event_depth = 64;             // nesting; above: dead letter
  int64_t events_per_message = 10'000;  // documents in one message
  int64_t array_values = 100;           // values of one field of one event
  int64_t key_values = 100;             // matches one event gives per key
  int64_t capture_bytes = 4'096;        // one captured value
  int64_t key_bytes = 1'024;            // one part of a key
  int64_t evidence_values = 16;         // fields shown per evidence item
  int64_t evidence_value_bytes = 256;   // one shown field
  int64_t evidence_first = 50;          // evidence items kept from the start
  int64_t evidence_last = 50;           // and from the end
  int64_t keep_values = 100;            // distinct values of `keep`
  int64_t ring = 1'000;                 // exact counts, sets of a sequence
  int64_t bucket_values = 100'000;      // distinct ones in one `per` bucket
  int64_t sequence_candidates = 16;     // tried per step in a cross-step where
  int64_t keys_per_rule = 1'000'000;    // all shards together
  int64_t matches_per_key_minute = 10'000;    // per (rule, key), in the shard
  int64_t findings_per_rule_minute = 10'000;  // per rule, in cases
  int64_t reorder_records = 1'000'000;        // buffered matches, all shards
  int64_t summary_bytes = 1'000;              // summary of an incident
  int64_t case_findings = 1'000;  // finding ids listed in one incident
  int64_t open_cases = 100'000;   // cases that can grow, per time domain
  int64_t diagnostics = 200;      // printed in one run
  int64_t slabs = 32;             // batches in flight (credits)
  int64_t slab_bytes = 1 << 20;
  int64_t slab_events = 4'096;
  int64_t regex_bytes = 1 << 20;  // compiled size of one regex
  int64_t list_rows = 1'000'000;  // rows of one list
};

struct LimitRow {
  const char* name;
  int64_t Limits::*member;
  const char* what;
};

// Every limit, in the order of the struct: configuration, docs and metrics
// iterate this table.
std::span<const LimitRow> LimitTable();

// Sets a limit by name; names the nearest one when there is no such limit.
Status SetLimit(std::string_view name, int64_t value, Limits* limits);

}  // namespace tocsin
