// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/output_stage.h"

#include <algorithm>
#include <string>

#include "engine/pipeline/boot.h"

namespace tocsin {
namespace {

constexpr DurationNs kWait = 100 * kMillisecond;
// What was written is made durable when nothing follows, or so often.
constexpr DurationNs kFlushEvery = kSecond;
constexpr DurationNs kReportEvery = 500 * kMillisecond;

// Where the record comes from, for receivers that drop repetitions (I3).
std::vector<std::pair<std::string, std::string>> Headers(uint64_t sequence,
                                                         size_t index) {
  return {{"producer", "engine"},
          {"position", std::to_string(sequence)},
          {"index", std::to_string(index)}};
}

}  // namespace

OutputStage::OutputStage(const NodeOptions& options, SnapshotStore* snapshots,
                         SinkWriter* findings, SinkWriter* incidents,
                         Queue<NodeOutput>* in, NodeState* state)
    : options_(options),
      snapshots_(snapshots),
      findings_(findings),
      incidents_(incidents),
      in_(in),
      state_(state),
      published_(options.clock->Mono()) {}

StatusOr<bool> OutputStage::Step() {
  Report();
  bool idle = false;
  if (records_.empty() && !copy_) {
    std::optional<NodeOutput> next = in_->PopFor(kWait);
    idle = !next.has_value();
    if (next) RETURN_IF_ERROR(Take(*std::move(next)));
  }
  ASSIGN_OR_RETURN(const bool written, Write());
  if (!written) return false;
  const TimeNs now = options_.clock->Mono();
  if (idle || copy_ || now >= next_flush_) {
    next_flush_ = now + kFlushEvery;
    ASSIGN_OR_RETURN(const bool flushed, Flush());
    if (!flushed) return false;
  }
  if (copy_) {
    RETURN_IF_ERROR(Publish(*copy_));
    copy_.reset();
  }
  return true;
}

bool OutputStage::done() const {
  return in_->drained() && records_.empty() && !copy_ && !findings_->dirty() &&
         !incidents_->dirty();
}

// Makes records of an output; what no sink takes is not made at all.
Status OutputStage::Take(NodeOutput output) {
  copy_ = std::move(output.copy);
  const Outputs& outputs = output.outputs;
  const uint64_t sequence = copy_ ? copy_->sequence : outputs.sequence;
  if (sequence < sequence_ || (!copy_ && sequence == sequence_)) {
    return Internal(StrCat("the output of frame ", sequence,
                           " came after that of frame ", sequence_));
  }
  sequence_ = sequence;
  size_t index = 0;
  for (const Finding& finding : outputs.findings) {
    if (findings_->open()) {
      records_.emplace_back(
          findings_,
          OutRecord{finding.id.Hex(),
                    FindingJson(finding, *options_.plan, options_.inputs),
                    Headers(sequence, index)});
    }
    ++index;
  }
  for (const Incident& incident : outputs.incidents) {
    if (incidents_->open()) {
      records_.emplace_back(
          incidents_,
          OutRecord{incident.id.Hex(),
                    IncidentJson(incident, *options_.plan, options_.inputs),
                    Headers(sequence, index)});
    }
    ++index;
  }
  return OkStatus();
}

StatusOr<bool> OutputStage::Write() {
  for (; written_ < records_.size(); ++written_) {
    const auto& [sink, record] = records_[written_];
    const Status status = sink->Write(record);
    if (absl::IsUnavailable(status)) return false;
    RETURN_IF_ERROR(status);
  }
  records_.clear();
  written_ = 0;
  return true;
}

StatusOr<bool> OutputStage::Flush() {
  for (SinkWriter* sink : {findings_, incidents_}) {
    const Status status = sink->Flush();
    if (absl::IsUnavailable(status)) return false;
    RETURN_IF_ERROR(status);
  }
  return true;
}

// A full disk costs this round, not the daemon: the older ones stay, and so
// does the log from there on.
Status OutputStage::Publish(const StateCopy& copy) {
  const Status written = WriteSnapshots(copy);
  const bool full = absl::IsResourceExhausted(written);
  state_->SetProblem("snapshots", full ? Message(written) : "");
  if (full) return OkStatus();
  RETURN_IF_ERROR(written);
  published_ = options_.clock->Mono();
  return Trim();
}

Status OutputStage::WriteSnapshots(const StateCopy& copy) {
  if (findings_->dirty() || incidents_->dirty() || !records_.empty() ||
      sequence_ != copy.sequence) {
    return Internal(StrCat("a snapshot of frame ", copy.sequence,
                           " before its outputs were durable"));
  }
  Snapshot snapshot;
  snapshot.bundle = options_.plan->bundle;
  snapshot.sequence = copy.sequence;
  for (uint32_t part = kShardCount + 1; part-- > 0;) {
    snapshot.shard = part;
    snapshot.body = part < kShardCount
                        ? copy.parts[part]
                        : CasesBody(findings_->Mark(), incidents_->Mark(),
                                    copy.parts[part]);
    RETURN_IF_ERROR(snapshots_->Write(snapshot));
  }
  return OkStatus();
}

Status OutputStage::Trim() {
  uint64_t lowest = UINT64_MAX;
  for (uint32_t part = 0; part <= kShardCount; ++part) {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> floor,
                     snapshots_->Floor(part));
    if (!floor) return OkStatus();
    lowest = std::min(lowest, *floor);
  }
  state_->trim_below = lowest;
  return OkStatus();
}

void OutputStage::Report() {
  const TimeNs now = options_.clock->Mono();
  if (now < next_report_) return;
  next_report_ = now + kReportEvery;
  Metrics& metrics = state_->metrics();
  metrics.Set("tocsin_ready", state_->ready().ok ? 1 : 0);
  metrics.Set(
      "tocsin_snapshot_age_seconds",
      static_cast<double>(now - published_) / static_cast<double>(kSecond));
}

}  // namespace tocsin
