// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/node_metrics.h"

#include <algorithm>
#include <map>
#include <string>

namespace tocsin {
namespace {

double Seconds(TimeNs time) {
  return static_cast<double>(time) / static_cast<double>(kSecond);
}

void Limit(const char* name, uint64_t by, Metrics* metrics) {
  if (by > 0) {
    metrics->Add("tocsin_limit_total", static_cast<double>(by),
                 {{"limit", name}});
  }
}

void SetLimit(const char* name, uint64_t value, Metrics* metrics) {
  if (value > 0) {
    metrics->Set("tocsin_limit_total", static_cast<double>(value),
                 {{"limit", name}});
  }
}

void Repaired(const char* what, uint64_t by, Metrics* metrics) {
  if (by > 0) {
    metrics->Add("tocsin_events_repaired_total", static_cast<double>(by),
                 {{"what", what}});
  }
}

}  // namespace

void CountMatches(const MatchCounters& counters, Metrics* metrics) {
  metrics->Add("tocsin_matches_total", static_cast<double>(counters.matches));
  Limit("array_values", counters.array_cut, metrics);
  Limit("key_values", counters.key_values_cut, metrics);
  Limit("capture_bytes", counters.capture_cut, metrics);
  Repaired("bytes", counters.repaired, metrics);
  Repaired("duplicate_key", counters.duplicate_keys, metrics);
  Repaired("field", counters.field_faults, metrics);
  Repaired("time", counters.time_missing, metrics);
  Repaired("key", counters.missing_key, metrics);
}

void CountInput(const NodeOptions& options,
                const std::vector<ClockRecord>& clocks, uint64_t durable,
                Metrics* metrics) {
  metrics->Set("tocsin_log_sequence", static_cast<double>(durable));
  const TimeNs now = options.clock->Wall();
  std::map<std::string, TimeNs> slowest;  // by input
  for (const ClockRecord& clock : clocks) {
    const InputInfo& input = options.inputs[clock.partition.input.value];
    const Labels labels = {
        {"input", input.name},
        {"topic", input.topic},
        {"partition", std::to_string(clock.partition.number)}};
    const auto set = [&](const char* name, auto value) {
      metrics->Set(name, static_cast<double>(value), labels);
    };
    set("tocsin_events_consumed_total", clock.consumed);
    set("tocsin_events_evaluated_total", clock.evaluated);
    set("tocsin_events_dead_lettered_total", clock.dead_lettered);
    set("tocsin_events_filtered_total", clock.filtered);
    set("tocsin_events_late_total", clock.late);
    set("tocsin_offsets_missing_total", clock.missing);
    set("tocsin_input_next_offset", clock.next_offset);
    if (clock.watermark == kMinTime) continue;
    set("tocsin_input_watermark_seconds", Seconds(clock.watermark));
    const auto known = slowest.try_emplace(input.name, clock.watermark).first;
    known->second = std::min(known->second, clock.watermark);
  }
  for (const auto& [input, watermark] : slowest) {
    metrics->Set("tocsin_event_time_lag_seconds",
                 Seconds(SubSaturating(now, watermark)), {{"input", input}});
  }
}

void CountDetection(const Detection& detection, Metrics* metrics) {
  ShardCounters sum;
  size_t waiting = 0;
  size_t keys = 0;
  for (const Shard& shard : detection.shards()) {
    const ShardCounters& counters = shard.counters();
    sum.clamped += counters.clamped;
    sum.reorder_overflow += counters.reorder_overflow;
    sum.key_minute_cut += counters.key_minute_cut;
    sum.evicted_keys += counters.evicted_keys;
    sum.ring_cut += counters.ring_cut;
    sum.candidates_cut += counters.candidates_cut;
    waiting += shard.waiting();
    keys += shard.keys();
  }
  const Cases& cases = detection.cases();
  const CaseCounters in_cases = cases.counters();
  sum.clamped += in_cases.clamped;
  sum.reorder_overflow += in_cases.reorder_overflow;
  metrics->Set("tocsin_clamped_total", static_cast<double>(sum.clamped));
  metrics->Set("tocsin_matches_waiting", static_cast<double>(waiting));
  metrics->Set("tocsin_state_keys", static_cast<double>(keys));
  metrics->Set("tocsin_cases_open", static_cast<double>(cases.open()));
  SetLimit("reorder_records", sum.reorder_overflow, metrics);
  SetLimit("matches_per_key_minute", sum.key_minute_cut, metrics);
  SetLimit("keys_per_rule", sum.evicted_keys, metrics);
  SetLimit("ring", sum.ring_cut, metrics);
  SetLimit("sequence_candidates", sum.candidates_cut, metrics);
  SetLimit("findings_per_rule_minute", in_cases.rule_minute_cut, metrics);
  SetLimit("open_cases", in_cases.open_cases_cut, metrics);
}

void CountOutputs(const Outputs& outputs, Metrics* metrics) {
  for (const Finding& finding : outputs.findings) {
    const bool held = finding.held_back != HeldBack::kNo;
    metrics->Add(
        "tocsin_findings_total", 1,
        {{"outcome", held ? HeldBackName(finding.held_back) : "found"}});
  }
  if (!outputs.incidents.empty()) {
    metrics->Add("tocsin_incident_revisions_total",
                 static_cast<double>(outputs.incidents.size()));
  }
}

}  // namespace tocsin
