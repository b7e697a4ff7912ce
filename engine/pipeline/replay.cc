// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/replay.h"

#include <algorithm>
#include <utility>

#include "engine/base/clock.h"

namespace tocsin {
namespace {

// Waiting for input or for a worker; then the loop looks around again.
constexpr DurationNs kWait = 20 * kMillisecond;
// A source that was not reachable for so long ends the replay.
constexpr DurationNs kGiveUp = 30 * kSecond;

InputSet AllInputs(const Inputs& inputs) {
  InputSet all;
  for (uint32_t i = 0; i < inputs.size(); ++i) all.push_back(InputId{i});
  return all;
}

bool Same(const std::vector<PartitionStatus>& a,
          const std::vector<PartitionStatus>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const PartitionStatus& x, const PartitionStatus& y) {
                      return x.partition == y.partition &&
                             x.partitions == y.partitions && x.ended == y.ended;
                    });
}

void AddTo(const MatchCounters& more, MatchCounters* sum) {
  sum->repaired += more.repaired;
  sum->duplicate_keys += more.duplicate_keys;
  sum->field_faults += more.field_faults;
  sum->time_missing += more.time_missing;
  sum->missing_key += more.missing_key;
  sum->array_cut += more.array_cut;
  sum->key_values_cut += more.key_values_cut;
  sum->capture_cut += more.capture_cut;
  sum->candidates += more.candidates;
  sum->matches += more.matches;
}

void AddTo(const ShardCounters& more, ShardCounters* sum) {
  sum->matches += more.matches;
  sum->clamped += more.clamped;
  sum->reorder_overflow += more.reorder_overflow;
  sum->late_bucket += more.late_bucket;
  sum->key_minute_cut += more.key_minute_cut;
  sum->evicted_keys += more.evicted_keys;
  sum->ring_cut += more.ring_cut;
  sum->candidates_cut += more.candidates_cut;
  sum->not_number += more.not_number;
}

}  // namespace

Replay::Replay(std::shared_ptr<const Plan> plan, const Inputs& inputs,
               ReplayOptions options, ReplayOutput output)
    : plan_(std::move(plan)),
      inputs_(inputs),
      options_(std::move(options)),
      output_(std::move(output)),
      batch_events_(static_cast<size_t>(options_.batch_events > 0
                                            ? options_.batch_events
                                            : plan_->limits.slab_events)),
      batch_bytes_(static_cast<size_t>(options_.batch_bytes > 0
                                           ? options_.batch_bytes
                                           : plan_->limits.slab_bytes)),
      sequencer_(inputs_, plan_),
      detection_(plan_, inputs_),
      watermarks_(inputs_, {AllInputs(inputs_)}) {
  if (options_.workers > 1) {
    pool_ =
        std::make_unique<WorkerPool>(plan_, inputs_, options_.workers,
                                     static_cast<size_t>(plan_->limits.slabs));
  } else {
    matcher_ = std::make_unique<Matcher>(plan_, inputs_);
  }
}

Replay::~Replay() = default;

// ------------------------------------------------------------------- reading

Status Replay::Read(MessageSource* source) {
  RETURN_IF_ERROR(source->Start({}));
  reached_ = SystemClock().Mono();
  RETURN_IF_ERROR(NoteClocks(source));
  while (!source->finished()) {
    RETURN_IF_ERROR(PollOnce(source));
    RETURN_IF_ERROR(DrainResults(0));
    Align(source);
    if (options_.progress) options_.progress(summary_);
  }
  if (pool_ != nullptr) {
    pool_->Finish();
    while (taken_ < batches_) RETURN_IF_ERROR(DrainResults(kWait));
  }
  return NoteClocks(source);
}

Status Replay::PollOnce(MessageSource* source) {
  ASSIGN_OR_RETURN(Batch batch, TakeBatch());
  const Status polled =
      source->Poll(kWait, batch_events_, batch_bytes_, &batch);
  RETURN_IF_ERROR(CheckReachable(polled, *source));
  RETURN_IF_ERROR(Submit(std::move(batch)));
  return NoteClocks(source);
}

Status Replay::CheckReachable(const Status& polled,
                              const MessageSource& source) {
  if (!polled.ok() && !absl::IsUnavailable(polled)) return polled;
  const TimeNs now = SystemClock().Mono();
  if (polled.ok() && source.ready()) {
    reached_ = now;
  } else if (now - reached_ > kGiveUp) {
    return polled.ok() ? Unavailable(source.why()) : polled;
  }
  return OkStatus();
}

// An empty batch: the one worker's own, or one of the pool's, for which
// results may have to be taken first.
StatusOr<Batch> Replay::TakeBatch() {
  if (pool_ == nullptr) return std::move(batch_);
  for (;;) {
    if (std::optional<Batch> batch = pool_->Acquire(0)) {
      return std::move(*batch);
    }
    RETURN_IF_ERROR(DrainResults(kWait));
  }
}

Status Replay::Submit(Batch batch) {
  if (batch.messages.empty()) {
    if (pool_ != nullptr) {
      pool_->Release(std::move(batch));
    } else {
      batch_ = std::move(batch);
    }
    return OkStatus();
  }
  summary_.messages += batch.messages.size();
  summary_.bytes += batch.slab.size();
  batch.number = ++batches_;
  batch.Seal();
  if (pool_ != nullptr) {
    pool_->Submit(std::move(batch));
    return OkStatus();
  }
  BatchResult result;
  matcher_->Run(batch, &result);
  batch.Clear();
  batch_ = std::move(batch);
  return Take(std::move(result));
}

Status Replay::DrainResults(DurationNs wait) {
  if (pool_ == nullptr) return OkStatus();
  while (std::optional<BatchResult> result = pool_->NextResult(wait)) {
    RETURN_IF_ERROR(Take(std::move(*result)));
    wait = 0;
  }
  return OkStatus();
}

// Tells the sequencer what changed in the partitions, behind all that was
// submitted: their number, which have ended, holes.
Status Replay::NoteClocks(MessageSource* source) {
  std::vector<PartitionStatus> statuses = source->Partitions();
  const std::vector<Hole> holes = source->TakeHoles();
  if (Same(statuses, known_) && holes.empty()) return OkStatus();
  known_ = statuses;
  // Being caught up is a matter of the time of day.
  for (PartitionStatus& status : statuses) status.caught_up = false;
  std::vector<Frame> frames;
  RETURN_IF_ERROR(
      sequencer_.Clocks(batches_, statuses, holes, kMinTime, &frames));
  return Detect(std::move(frames));
}

// Holds back partitions that run ahead of the others in event time.
void Replay::Align(MessageSource* source) {
  if (known_.size() < 2) return;
  std::vector<Alignment::Position> positions;
  for (const ClockRecord& clock : sequencer_.clocks()) {
    const auto status = std::find_if(
        known_.begin(), known_.end(), [&](const PartitionStatus& known) {
          return known.partition == clock.partition;
        });
    const bool over = status != known_.end() && status->ended;
    positions.push_back({clock.partition, clock.watermark, over});
  }
  const std::set<Partition> hold =
      alignment_.Update(positions, detection_.ReorderFill());
  for (const Partition partition : hold) {
    if (!held_.contains(partition)) source->Pause(partition);
  }
  for (const Partition partition : held_) {
    if (!hold.contains(partition)) source->Unpause(partition);
  }
  held_ = hold;
}

Status Replay::Open(const std::vector<PartitionStatus>& partitions) {
  std::vector<Frame> frames;
  RETURN_IF_ERROR(
      sequencer_.Clocks(batches_, partitions, {}, kMinTime, &frames));
  return Detect(std::move(frames));
}

Status Replay::Add(Batch batch) {
  RETURN_IF_ERROR(Submit(std::move(batch)));
  while (taken_ < batches_) RETURN_IF_ERROR(DrainResults(kWait));
  return OkStatus();
}

// ----------------------------------------------------------------- detecting

Status Replay::Take(BatchResult result) {
  ++taken_;
  AddTo(result.counters, &summary_.match);
  dead_letters_[result.number] = std::move(result.dead_letters);
  RETURN_IF_ERROR(GiveDeadLetters());
  std::vector<Frame> frames;
  RETURN_IF_ERROR(sequencer_.Push(std::move(result), kMinTime, &frames));
  return Detect(std::move(frames));
}

Status Replay::GiveDeadLetters() {
  for (auto next = dead_letters_.begin();
       next != dead_letters_.end() && next->first == next_dead_letters_;
       next = dead_letters_.erase(next), ++next_dead_letters_) {
    if (!output_.dead_letter) continue;
    for (const DeadLetter& letter : next->second) {
      RETURN_IF_ERROR(output_.dead_letter(letter));
    }
  }
  return OkStatus();
}

Status Replay::Detect(std::vector<Frame> frames) {
  for (Frame& frame : frames) {
    RETURN_IF_ERROR(log_.Append(std::move(frame)));
  }
  RETURN_IF_ERROR(log_.Sync());
  Frame frame;
  while (log_.Pop(&frame)) {
    detection_.Apply(frame, &outputs_);
    watermarks_.Apply(frame);
    for (Finding& finding : outputs_.findings) {
      const FindingPlace place{finding.at, finding.stratum, finding.rule,
                               finding.key_hash, finding.id};
      findings_.emplace(place, std::move(finding));
    }
    for (Incident& incident : outputs_.incidents) {
      incidents_[incident.id] = std::move(incident);
    }
  }
  return GiveFindings(watermarks_.Of(0));
}

Status Replay::GiveFindings(TimeNs below) {
  while (!findings_.empty() && std::get<0>(findings_.begin()->first) < below) {
    const Finding& finding = findings_.begin()->second;
    ++summary_.findings;
    if (finding.held_back != HeldBack::kNo) ++summary_.held_back;
    if (output_.finding) RETURN_IF_ERROR(output_.finding(finding));
    findings_.erase(findings_.begin());
  }
  return OkStatus();
}

Status Replay::Until(TimeNs until) {
  std::vector<Frame> frames;
  frames.push_back(sequencer_.Until(until, kMinTime));
  return Detect(std::move(frames));
}

Status Replay::End() {
  std::vector<Frame> frames;
  frames.push_back(sequencer_.End(kMinTime));
  RETURN_IF_ERROR(Detect(std::move(frames)));
  RETURN_IF_ERROR(GiveFindings(kMaxTime));
  std::vector<const Incident*> incidents;
  for (const auto& [id, incident] : incidents_) incidents.push_back(&incident);
  std::sort(incidents.begin(), incidents.end(),
            [](const Incident* a, const Incident* b) {
              return std::tie(a->first_at, a->id) <
                     std::tie(b->first_at, b->id);
            });
  for (const Incident* incident : incidents) {
    if (output_.incident) RETURN_IF_ERROR(output_.incident(*incident));
  }
  return CheckLedger();
}

Status Replay::CheckLedger() const {
  for (const ClockRecord& clock : sequencer_.clocks()) {
    const uint64_t explained =
        clock.evaluated + clock.dead_lettered + clock.filtered;
    if (clock.consumed == explained) continue;
    return Internal(StrCat(
        "input ", inputs_[clock.partition.input.value].name, ", partition ",
        clock.partition.number, ": consumed ", clock.consumed,
        ", but only so many are accounted for: ", explained));
  }
  return OkStatus();
}

ReplaySummary Replay::Summary() const {
  ReplaySummary summary = summary_;
  summary.partitions = sequencer_.clocks();
  for (const ClockRecord& clock : summary.partitions) {
    summary.consumed += clock.consumed;
    summary.evaluated += clock.evaluated;
    summary.dead_lettered += clock.dead_lettered;
    summary.filtered += clock.filtered;
    summary.late += clock.late;
    summary.missing += clock.missing;
    summary.max_time = std::max(summary.max_time, clock.max_time);
  }
  for (const Shard& shard : detection_.shards()) {
    AddTo(shard.counters(), &summary.shards);
  }
  summary.cases = detection_.cases().counters();
  summary.incidents = incidents_.size();
  return summary;
}

}  // namespace tocsin
