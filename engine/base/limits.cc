// SPDX-License-Identifier: Apache-2.0
#include "engine/base/limits.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace tocsin {
namespace {

constexpr std::array kTable = {
    LimitRow{"event_bytes", &Limits::event_bytes, "bytes of one message"},
    LimitRow{"event_depth", &Limits::event_depth, "nesting of one event"},
    LimitRow{"events_per_message", &Limits::events_per_message,
             "events in one message"},
    LimitRow{"array_values", &Limits::array_values,
             "values of one field of one event"},
    LimitRow{"key_values", &Limits::key_values,
             "matches that one event gives by an array in a key"},
    LimitRow{"capture_bytes", &Limits::capture_bytes,
             "bytes of one captured value"},
    LimitRow{"key_bytes", &Limits::key_bytes, "bytes of one part of a key"},
    LimitRow{"evidence_values", &Limits::evidence_values,
             "fields shown per evidence item"},
    LimitRow{"evidence_value_bytes", &Limits::evidence_value_bytes,
             "bytes of one shown field"},
    LimitRow{"evidence_first", &Limits::evidence_first,
             "evidence items kept from the start"},
    LimitRow{"evidence_last", &Limits::evidence_last,
             "evidence items kept from the end"},
    LimitRow{"keep_values", &Limits::keep_values,
             "distinct values of one `keep` field"},
    LimitRow{"ring", &Limits::ring, "times or set members of one exact count"},
    LimitRow{"bucket_values", &Limits::bucket_values,
             "distinct values of one key and `per` bucket"},
    LimitRow{"sequence_candidates", &Limits::sequence_candidates,
             "events tried per step of a cross-step `where`"},
    LimitRow{"keys_per_rule", &Limits::keys_per_rule,
             "keys of one rule, all shards together"},
    LimitRow{"matches_per_key_minute", &Limits::matches_per_key_minute,
             "matches per rule, key and minute"},
    LimitRow{"findings_per_rule_minute", &Limits::findings_per_rule_minute,
             "findings per rule and minute"},
    LimitRow{"reorder_records", &Limits::reorder_records,
             "matches waiting for the watermark"},
    LimitRow{"summary_bytes", &Limits::summary_bytes,
             "bytes of the summary of one incident"},
    LimitRow{"case_findings", &Limits::case_findings,
             "finding ids listed in one incident"},
    LimitRow{"open_cases", &Limits::open_cases,
             "cases that can still grow, per time domain"},
    LimitRow{"diagnostics", &Limits::diagnostics,
             "diagnostics printed in one run"},
    LimitRow{"slabs", &Limits::slabs, "batches in flight"},
    LimitRow{"slab_bytes", &Limits::slab_bytes, "bytes of one batch"},
    LimitRow{"slab_events", &Limits::slab_events, "messages of one batch"},
    LimitRow{"regex_bytes", &Limits::regex_bytes, "compiled size of one regex"},
    LimitRow{"list_rows", &Limits::list_rows, "rows of one list"},
};

// Most that a limit may be set to, where the engine itself has a bound.
int64_t Maximum(int64_t Limits::*member) {
  if (member == &Limits::event_bytes) return int64_t{1} << 28;
  if (member == &Limits::slab_bytes) return int64_t{1} << 28;
  if (member == &Limits::event_depth) return 1'024;
  return int64_t{1} << 40;
}

// Levenshtein distance, two rows of the table at a time.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1,
                         diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const LimitRow> LimitTable() { return kTable; }

Status SetLimit(std::string_view name, int64_t value, Limits* limits) {
  const LimitRow* nearest = &kTable[0];
  size_t best = name.size() + 1'000;
  for (const LimitRow& row : kTable) {
    if (name == row.name) {
      const int64_t maximum = Maximum(row.member);
      if (value < 1 || value > maximum) {
        return InvalidArgument(StrCat("limit '", name, "' must be from 1 to ",
                                      maximum, ", not ", value));
      }
      limits->*row.member = value;
      return OkStatus();
    }
    const size_t distance = EditDistance(name, row.name);
    if (distance < best) {
      best = distance;
      nearest = &row;
    }
  }
  return InvalidArgument(StrCat("no limit is called '", name,
                                "'; did you mean '", nearest->name, "'?"));
}

}  // namespace tocsin
