// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/ingest.h"

#include <algorithm>

namespace tocsin {
namespace {

// Waiting for messages or credit; then the loop looks around again.
constexpr DurationNs kWait = 20 * kMillisecond;
constexpr DurationNs kRetry = 100 * kMillisecond;
// Batches under way beside those that the workers have: the fewer there are,
// the less can come after a partition was found to be ahead.
constexpr uint64_t kUnderWay = 4;
// Without credit for so long, the source is paused.
constexpr DurationNs kPatience = kSecond;

}  // namespace

Ingest::Ingest(const NodeOptions& options, MessageSource* source,
               WorkerPool* pool, ClockNotes* notes, NodeState* state)
    : options_(options),
      source_(source),
      pool_(pool),
      notes_(notes),
      state_(state) {}

Status Ingest::Step() {
  if (!batch_.messages.empty() && !Submit()) return Stalled();
  stalled_since_ = kMaxTime;
  Tick();
  const Limits& limits = options_.plan->limits;
  return Poll(kWait, static_cast<size_t>(limits.slab_events),
              static_cast<size_t>(limits.slab_bytes));
}

// False: there is no credit, the batch stays here.
bool Ingest::Submit() {
  const uint64_t most =
      std::min(static_cast<uint64_t>(options_.plan->limits.slabs),
               2 * static_cast<uint64_t>(options_.workers) + kUnderWay);
  const uint64_t logged = batches_ + 1 - std::min(batches_ + 1, most);
  if (!state_->WaitLogged(logged, kWait)) return false;
  std::optional<Batch> next = pool_->Acquire(kWait);
  if (!next) return false;
  batch_.number = ++batches_;
  batch_.Seal();
  pool_->Submit(std::move(batch_));
  batch_ = std::move(*next);
  return true;
}

// Keeps the source alive (a consumer that is not polled loses its group) and
// takes no more than it has to.
Status Ingest::Stalled() {
  const TimeNs now = options_.clock->Mono();
  if (stalled_since_ == kMaxTime) stalled_since_ = now;
  if (now - stalled_since_ < kPatience) return OkStatus();
  std::set<Partition> all;
  for (const PartitionStatus& status : source_->Partitions()) {
    all.insert(status.partition);
  }
  Hold(all);
  if (batch_.messages.size() >=
      2 * static_cast<size_t>(options_.plan->limits.slab_events)) {
    return OkStatus();
  }
  return Poll(0, batch_.messages.size() + 1, batch_.slab.size() + 1);
}

Status Ingest::Poll(DurationNs wait, size_t max_messages, size_t max_bytes) {
  const Status polled = source_->Poll(wait, max_messages, max_bytes, &batch_);
  if (absl::IsUnavailable(polled)) {
    state_->SetProblem("input", Message(polled));
    state_->Sleep(kRetry);
    return OkStatus();
  }
  return polled;
}

// Requires that nothing is held: the positions are those of `batches_`.
void Ingest::Tick() {
  for (const Hole& hole : source_->TakeHoles()) holes_.push_back(hole);
  std::vector<PartitionStatus> statuses = source_->Partitions();
  Align(statuses);
  const TimeNs now = options_.clock->Mono();
  const bool same = std::equal(
      statuses.begin(), statuses.end(), known_.begin(), known_.end(),
      [](const PartitionStatus& status, const auto& known) {
        return known == std::pair(status.partition, status.partitions);
      });
  if ((same && holes_.empty() && now < next_note_) || notes_->full()) return;
  if (now >= next_note_) {
    next_note_ = now + options_.clock_interval;
    state_->SetProblem("input", source_->ready() ? "" : source_->why());
    Commit();
  }
  Note(std::move(statuses));
}

void Ingest::Note(std::vector<PartitionStatus> statuses) {
  known_.clear();
  for (const PartitionStatus& status : statuses) {
    known_.emplace_back(status.partition, status.partitions);
  }
  notes_->Add({batches_, std::move(statuses), std::exchange(holes_, {}),
               options_.clock->Wall()});
}

// Tells what was durable one round ago: for lag tools only, so late is right
// and early never is.
void Ingest::Commit() {
  if (!commit_next_.empty()) source_->Commit(commit_next_);
  commit_next_.clear();
  for (const ClockRecord& clock : state_->clocks()) {
    commit_next_.push_back({clock.partition, clock.next_offset});
  }
}

void Ingest::Align(const std::vector<PartitionStatus>& statuses) {
  std::vector<Alignment::Position> positions;
  for (const ClockRecord& clock : state_->clocks()) {
    const auto status = std::find_if(
        statuses.begin(), statuses.end(), [&](const PartitionStatus& known) {
          return known.partition == clock.partition;
        });
    const bool idle =
        status != statuses.end() && (status->caught_up || status->ended);
    positions.push_back({clock.partition, clock.watermark, idle});
  }
  Hold(alignment_.Update(positions, state_->reorder_fill));
}

void Ingest::Hold(const std::set<Partition>& hold) {
  for (const Partition partition : hold) {
    if (!held_.contains(partition)) source_->Pause(partition);
  }
  for (const Partition partition : held_) {
    if (!hold.contains(partition)) source_->Unpause(partition);
  }
  held_ = hold;
}

}  // namespace tocsin
