// SPDX-License-Identifier: Apache-2.0
#include "engine/log/sequencer.h"

#include <algorithm>

#include "engine/base/hash.h"

namespace tocsin {
namespace {

// Moves the clock by a time that nobody vouches for.
void AdvanceGuarded(TimeNs time, ClockRecord* clock) {
  const auto jumps = [&] {
    return clock->highest != kMinTime &&
           time > AddSaturating(clock->highest, Sequencer::kJump);
  };
  if (jumps()) {
    const bool first = clock->jump_count == 0;
    clock->jump_floor = first ? time : std::min(clock->jump_floor, time);
    if (++clock->jump_count < Sequencer::kJumpRecords) return;
    // All of them were at or beyond the floor, so the time really is.
    clock->highest = clock->jump_floor;
    clock->jump_floor = kMinTime;
    clock->jump_count = 0;
    if (jumps()) return;
  }
  clock->jump_floor = kMinTime;
  clock->jump_count = 0;
  clock->highest = std::max(clock->highest, time);
}

void Advance(const EventResult& event, TimeNs time, const InputInfo& input,
             ClockRecord* clock) {
  if (event.trusted_record_time && event.record_time != kMinTime) {
    const TimeNs latest = AddSaturating(event.record_time, input.ahead);
    clock->highest = std::max(clock->highest, std::min(time, latest));
    clock->jump_floor = kMinTime;
    clock->jump_count = 0;
  } else {
    AdvanceGuarded(time, clock);
  }
  clock->watermark =
      std::max(clock->watermark, SubSaturating(clock->highest, input.disorder));
}

}  // namespace

Sequencer::Sequencer(const Inputs& inputs, std::shared_ptr<const Plan> plan,
                     const LogTail& tail)
    : inputs_(inputs),
      plan_(std::move(plan)),
      sequence_(tail.sequence),
      log_time_(tail.log_time) {
  for (const ClockRecord& clock : tail.clocks) {
    clocks_[clock.partition] = clock;
    max_time_ = std::max(max_time_, clock.max_time);
    if (clock.partitions > 0) {
      int32_t& known = partitions_[clock.partition.input];
      known = std::max(known, clock.partitions);
    }
  }
}

Status Sequencer::Push(BatchResult&& result, TimeNs log_time,
                       std::vector<Frame>* frames) {
  const uint64_t number = result.number;
  if (number < next_batch_ || results_.contains(number)) {
    return Internal(StrCat("batch ", number, " came twice"));
  }
  results_.emplace(number, std::make_pair(std::move(result), log_time));
  return EmitReady(frames);
}

Status Sequencer::Clocks(uint64_t after_batch,
                         const std::vector<PartitionStatus>& statuses,
                         const std::vector<Hole>& holes, TimeNs log_time,
                         std::vector<Frame>* frames) {
  pending_.emplace(after_batch, Waiting{statuses, holes, log_time});
  return EmitReady(frames);
}

Status Sequencer::EmitReady(std::vector<Frame>* frames) {
  for (;;) {
    while (!pending_.empty() && pending_.begin()->first < next_batch_) {
      frames->push_back(ToFrame(pending_.begin()->second));
      pending_.erase(pending_.begin());
    }
    const auto next = results_.find(next_batch_);
    if (next == results_.end()) return OkStatus();
    auto& [result, log_time] = next->second;
    ASSIGN_OR_RETURN(Frame frame, ToFrame(result, log_time));
    frames->push_back(std::move(frame));
    results_.erase(next);
    ++next_batch_;
  }
}

ClockRecord& Sequencer::ClockOf(Partition partition) {
  const auto [found, is_new] = clocks_.try_emplace(partition);
  if (is_new) {
    found->second.partition = partition;
    found->second.partitions = 0;
  }
  return found->second;
}

Frame Sequencer::NewFrame() {
  Frame frame;
  frame.sequence = ++sequence_;
  frame.epoch = plan_->epoch;
  return frame;
}

void Sequencer::Stamp(TimeNs log_time, Frame* frame) {
  log_time_ = std::max(log_time_, log_time == kMinTime ? max_time_ : log_time);
  frame->log_time = log_time_;
}

void Sequencer::AddClock(ClockRecord* clock, Frame* frame) {
  const auto known = partitions_.find(clock->partition.input);
  if (known != partitions_.end()) clock->partitions = known->second;
  frame->clocks.push_back(*clock);
}

// What moves a clock must be in the frame, or a restart would lose it.
Status Sequencer::CheckCounted(const BatchResult& result,
                               Partition partition) const {
  const bool counted =
      std::any_of(result.partitions.begin(), result.partitions.end(),
                  [&](const PartitionCounts& counts) {
                    return counts.partition == partition;
                  });
  if (counted && partition.input.value < inputs_.size()) return OkStatus();
  return Internal(StrCat("batch ", result.number, ", input ",
                         partition.input.value, ", partition ",
                         partition.number, ": events that are not counted"));
}

StatusOr<Frame> Sequencer::ToFrame(BatchResult& result, TimeNs log_time) {
  Frame frame = NewFrame();
  size_t next_match = 0;
  Partition partition;
  ClockRecord* clock = nullptr;  // of `partition`
  for (size_t i = 0; i < result.events.size(); ++i) {
    const EventResult& event = result.events[i];
    if (clock == nullptr || event.from.partition != partition) {
      partition = event.from.partition;
      if (partition.input.value >= inputs_.size()) {
        return Internal(
            StrCat("batch ", result.number, ": an event of an unknown input"));
      }
      clock = &ClockOf(partition);
    }
    const Timed timed = TimeOf(event, clock);
    Hash128 identity;
    for (; next_match < result.matches.size() &&
           result.matches[next_match].event == i;
         ++next_match) {
      AddRecord(event, timed, &result.matches[next_match], &identity, &frame);
    }
  }
  if (next_match != result.matches.size()) {
    return Internal(StrCat("batch ", result.number,
                           ": matches are not in the order of events"));
  }
  std::sort(result.partitions.begin(), result.partitions.end(),
            [](const PartitionCounts& a, const PartitionCounts& b) {
              return a.partition < b.partition;
            });
  for (const PartitionCounts& counts : result.partitions) {
    ClockRecord& touched = ClockOf(counts.partition);
    RETURN_IF_ERROR(Count(result.number, counts, &touched));
    AddClock(&touched, &frame);
  }
  Stamp(log_time, &frame);
  return frame;
}

Sequencer::Timed Sequencer::TimeOf(const EventResult& event,
                                   ClockRecord* clock) {
  const InputInfo& input = inputs_[event.from.partition.input.value];
  const TimeNs before = clock->watermark;
  const TimeNs own = event.time != kMinTime ? event.time : event.record_time;
  const bool has_time = own != kMinTime;
  Timed timed;
  timed.time = has_time ? own : clock->highest;
  if (timed.time == kMinTime) timed.time = 0;
  timed.at = std::max(timed.time, before);
  timed.late =
      before != kMinTime && timed.time < SubSaturating(before, input.lateness);
  if (timed.late) ++clock->late;
  if (has_time) {
    if (clock->first_at == kMinTime) clock->first_at = timed.at;
    Advance(event, timed.time, input, clock);
  }
  clock->max_time = std::max(clock->max_time, timed.time);
  max_time_ = std::max(max_time_, timed.time);
  return timed;
}

void Sequencer::AddRecord(const EventResult& event, const Timed& timed,
                          Match* match, Hash128* identity, Frame* frame) const {
  const Rule& rule = plan_->rule(match->rule);
  // A single event stands for itself however old it is, `at most` or not.
  if (timed.late && !rule.single_event()) return;
  MatchRecord& record = frame->records.emplace_back();
  record.kind = rule.stateful() ? RecordKind::kMatch : RecordKind::kFinding;
  record.stratum = rule.stratum;
  record.shard = rule.stateful() ? match->shard : 0;
  record.rule = match->rule;
  record.tests = match->tests;
  record.key = match->key;
  record.place = {timed.at, event.order, event.from};
  record.time = timed.time;
  if (rule.single_event()) {
    if (*identity == Hash128{}) *identity = Identity(event);
    record.identity = *identity;
  }
  record.body = std::move(match->body);
}

Hash128 Sequencer::Identity(const EventResult& event) const {
  if (event.identity != Hash128{}) return event.identity;
  const InputInfo& input = inputs_[event.from.partition.input.value];
  return IdHasher()
      .Add(input.name)
      .Add(input.topic)
      .Add(int64_t{event.from.partition.number})
      .Add(event.from.offset)
      .Add(int64_t{event.from.index})
      .Finish();
}

Status Sequencer::Count(uint64_t batch, const PartitionCounts& counts,
                        ClockRecord* clock) {
  if (counts.consumed !=
      counts.evaluated + counts.dead_lettered + counts.filtered) {
    return Internal(StrCat(
        "batch ", batch, ", input ", counts.partition.input.value,
        ", partition ", counts.partition.number, ": consumed ", counts.consumed,
        " is not evaluated ", counts.evaluated, " + dead-lettered ",
        counts.dead_lettered, " + filtered ", counts.filtered));
  }
  clock->consumed += counts.consumed;
  clock->evaluated += counts.evaluated;
  clock->dead_lettered += counts.dead_lettered;
  clock->filtered += counts.filtered;
  clock->next_offset = counts.next_offset;
  clock->caught_up = false;
  clock->ended = false;
  return OkStatus();
}

Frame Sequencer::ToFrame(const Waiting& waiting) {
  Frame frame = NewFrame();
  std::map<Partition, ClockRecord*> named;
  for (const Hole& hole : waiting.holes) {
    ClockRecord& clock = ClockOf(hole.partition);
    named[hole.partition] = &clock;
    // A hole that was met before a restart is met again after it.
    const int64_t from = std::max(hole.from, clock.missing_to);
    if (hole.to <= from) continue;
    clock.missing += static_cast<uint64_t>(hole.to - from);
    clock.missing_to = hole.to;
    if (clock.next_offset >= hole.from) {
      clock.next_offset = std::max(clock.next_offset, hole.to);
    }
    frame.gaps.push_back({hole.partition, from, hole.to});
  }
  for (const PartitionStatus& status : waiting.statuses) {
    ClockRecord& clock = ClockOf(status.partition);
    named[status.partition] = &clock;
    // Where reading began, too: nothing before it is in any batch.
    clock.next_offset = std::max(clock.next_offset, status.next_offset);
    clock.caught_up = status.caught_up;
    clock.ended = status.ended;
    int32_t& known = partitions_[status.partition.input];
    known = std::max(known, status.partitions);
  }
  for (const auto& [partition, clock] : named) AddClock(clock, &frame);
  Stamp(waiting.log_time, &frame);
  return frame;
}

Frame Sequencer::End(TimeNs log_time) {
  Frame frame = NewFrame();
  for (uint32_t i = 0; i < inputs_.size(); ++i) {
    int32_t& known = partitions_[InputId{i}];
    known = std::max(known, 1);
    for (int32_t n = 0; n < known; ++n) ClockOf({InputId{i}, n});
  }
  for (auto& [partition, clock] : clocks_) {
    clock.ended = true;
    AddClock(&clock, &frame);
  }
  frame.complete = true;
  Stamp(log_time, &frame);
  return frame;
}

Frame Sequencer::Until(TimeNs until, TimeNs log_time) {
  Frame frame = NewFrame();
  frame.until = AddSaturating(until, 1);
  max_time_ = std::max(max_time_, until);
  Stamp(log_time, &frame);
  return frame;
}

Frame Sequencer::Act(ActionRecord action, TimeNs log_time) {
  Frame frame = NewFrame();
  frame.actions.push_back(std::move(action));
  Stamp(log_time, &frame);
  return frame;
}

std::vector<ClockRecord> Sequencer::clocks() const {
  std::vector<ClockRecord> clocks;
  clocks.reserve(clocks_.size());
  for (const auto& [partition, clock] : clocks_) clocks.push_back(clock);
  return clocks;
}

}  // namespace tocsin
