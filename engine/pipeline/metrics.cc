// SPDX-License-Identifier: Apache-2.0
//
// The exposition format, and one row per metric for HELP and TYPE.
#include "engine/pipeline/metrics.h"

#include <charconv>

namespace tocsin {
namespace {

struct MetricRow {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

constexpr MetricRow kRows[] = {
    {"tocsin_build_info", "gauge", "Always 1; the version is a label."},
    {"tocsin_batches_in_flight", "gauge", "Slabs that are not free."},
    {"tocsin_cases_open", "gauge", "Cases whose span has not ended."},
    {"tocsin_clamped_total", "counter",
     "Records placed at the watermark because they came below it."},
    {"tocsin_event_time_lag_seconds", "gauge",
     "Time of day minus watermark, per input."},
    {"tocsin_events_consumed_total", "counter",
     "Events taken, = evaluated + dead-lettered + filtered."},
    {"tocsin_events_dead_lettered_total", "counter",
     "Events that are no events; written to dead_letters."},
    {"tocsin_events_evaluated_total", "counter",
     "Events that the rules have seen."},
    {"tocsin_events_filtered_total", "counter", "Empty messages."},
    {"tocsin_events_late_total", "counter",
     "Events older than `lateness`; stateful rules skipped them."},
    {"tocsin_events_repaired_total", "counter",
     "Faults inside events that did not stop them, by what was repaired."},
    {"tocsin_findings_total", "counter", "Findings recorded, by outcome."},
    {"tocsin_incident_revisions_total", "counter",
     "Revisions of incidents written."},
    {"tocsin_input_next_offset", "gauge",
     "Next offset to read, per input and partition."},
    {"tocsin_input_watermark_seconds", "gauge",
     "Watermark per input and partition, seconds since 1970."},
    {"tocsin_limit_total", "counter", "How often a named limit took effect."},
    {"tocsin_log_sequence", "gauge", "Newest durable frame of the log."},
    {"tocsin_matches_total", "counter", "Rules and keys that events matched."},
    {"tocsin_matches_waiting", "gauge",
     "Matches that wait for event time to pass them."},
    {"tocsin_offsets_missing_total", "counter",
     "Offsets that no longer existed when they were to be read."},
    {"tocsin_outputs_blocked", "gauge",
     "1 while an output does not take records."},
    {"tocsin_ready", "gauge", "1 when /readyz answers 200."},
    {"tocsin_snapshot_age_seconds", "gauge",
     "Seconds since the last complete set of snapshots."},
    {"tocsin_state_keys", "gauge", "Keys with state, all rules."},
    {"tocsin_state_disk_full", "gauge",
     "1 while the state directory takes no more; input is stopped."},
};

const MetricRow* FindRow(std::string_view name) {
  for (const MetricRow& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

// {a="x",b="y"}, escaped as the format asks; "" without labels.
std::string RenderLabels(const Labels& labels) {
  if (labels.empty()) return "";
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += name;
    out += "=\"";
    for (char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out + "}";
}

void AppendNumber(double value, std::string* out) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out->append(buffer, result.ptr);
}

}  // namespace

void Metrics::Add(std::string_view name, double by, const Labels& labels) {
  std::lock_guard lock(mutex_);
  values_[std::string(name)][RenderLabels(labels)] += by;
}

void Metrics::Set(std::string_view name, double value, const Labels& labels) {
  std::lock_guard lock(mutex_);
  values_[std::string(name)][RenderLabels(labels)] = value;
}

double Metrics::Get(std::string_view name, const Labels& labels) const {
  std::lock_guard lock(mutex_);
  const auto series = values_.find(name);
  if (series == values_.end()) return 0;
  const auto value = series->second.find(RenderLabels(labels));
  return value == series->second.end() ? 0 : value->second;
}

std::string Metrics::Render() const {
  std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, series] : values_) {
    if (const MetricRow* row = FindRow(name)) {
      out.append("# HELP ").append(name).append(" ").append(row->help);
      out.append("\n# TYPE ").append(name).append(" ").append(row->type);
      out += '\n';
    }
    for (const auto& [labels, value] : series) {
      out.append(name).append(labels).append(" ");
      AppendNumber(value, &out);
      out += '\n';
    }
  }
  return out;
}

}  // namespace tocsin
