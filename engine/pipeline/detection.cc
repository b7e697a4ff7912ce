// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/detection.h"

#include <algorithm>
#include <utility>

namespace tocsin {

Detection::Detection(std::shared_ptr<const Plan> plan, const Inputs& inputs)
    : plan_(std::move(plan)), inputs_(inputs), cases_(plan_, inputs_) {
  for (uint32_t number = 0; number < kShardCount; ++number) {
    shards_.emplace_back(number, plan_, inputs_);
  }
  by_shard_.resize(kShardCount);
}

void Detection::Apply(const Frame& frame, Outputs* out) {
  out->sequence = frame.sequence;
  out->findings.clear();
  out->incidents.clear();
  for (std::vector<uint32_t>& records : by_shard_) records.clear();
  for (uint32_t i = 0; i < frame.records.size(); ++i) {
    const MatchRecord& record = frame.records[i];
    if (record.kind == RecordKind::kFinding) {
      out->findings.push_back(FindingOfEvent(*plan_, record));
    } else {
      by_shard_[record.shard].push_back(i);
    }
  }
  for (uint32_t number = 0; number < kShardCount; ++number) {
    shards_[number].Apply(frame, by_shard_[number], &out->findings);
  }
  if (frame.sequence <= cases_.sequence()) {
    out->findings.clear();
    return;
  }
  cases_.Apply(frame, out->findings, &out->incidents);
}

uint64_t Detection::sequence() const {
  uint64_t lowest = cases_.sequence();
  for (const Shard& shard : shards_) {
    lowest = std::min(lowest, shard.sequence());
  }
  return lowest;
}

double Detection::ReorderFill() const {
  const auto limit = static_cast<double>(plan_->limits.reorder_records);
  size_t waiting = 0;
  for (const Shard& shard : shards_) {
    waiting = std::max(waiting, shard.waiting());
  }
  return std::max(static_cast<double>(waiting) * kShardCount / limit,
                  static_cast<double>(cases_.waiting()) / limit);
}

uint64_t Detection::SequenceOf(uint32_t part) const {
  return part == kShardCount ? cases_.sequence() : shards_[part].sequence();
}

std::string Detection::Save(uint32_t part) const {
  return part == kShardCount ? cases_.Save() : shards_[part].Save();
}

Status Detection::Load(uint32_t part, std::string_view state) {
  if (part == kShardCount) {
    ASSIGN_OR_RETURN(cases_, Cases::Load(plan_, inputs_, state));
    return OkStatus();
  }
  ASSIGN_OR_RETURN(shards_[part], Shard::Load(part, plan_, inputs_, state));
  return OkStatus();
}

}  // namespace tocsin
