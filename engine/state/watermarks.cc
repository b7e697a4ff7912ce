// SPDX-License-Identifier: Apache-2.0
#include "engine/state/watermarks.h"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

constexpr size_t kLeastPartition = 9;  // bytes of an encoded partition

bool Damaged(ByteReader* in) {
  in->Fail();
  return false;
}

}  // namespace

Watermarks::Watermarks(const Inputs& inputs, std::vector<InputSet> domains)
    : inputs_(inputs.size()) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs_[i].disorder = inputs[i].disorder;
    inputs_[i].idle_after = inputs[i].idle_after;
  }
  for (InputSet& set : domains) {
    const auto number = static_cast<uint32_t>(domains_.size());
    for (const InputId input : set) {
      inputs_[input.value].domains.push_back(number);
    }
    domains_.push_back({.inputs = std::move(set)});
  }
  touched_.resize(domains_.size());
}

void Watermarks::Apply(const Frame& frame) {
  std::fill(touched_.begin(), touched_.end(), false);
  for (const ClockRecord& clock : frame.clocks) {
    if (clock.partition.input.value >= inputs_.size()) continue;
    InputState& input = inputs_[clock.partition.input.value];
    Apply(clock, frame.log_time, &input);
    for (const uint32_t domain : input.domains) touched_[domain] = true;
  }
  for (size_t i = 0; i < domains_.size(); ++i) {
    Domain& domain = domains_[i];
    const TimeNs before = domain.w;
    if (touched_[i]) Update(&domain);
    domain.w = std::max(domain.w, frame.until);
    // What arrives below W is placed at W, the first event too.
    if (domain.start == kMinTime && domain.first <= domain.w) {
      domain.start = std::max(domain.first, before);
    }
  }
}

void Watermarks::Apply(const ClockRecord& clock, TimeNs log_time,
                       InputState* input) {
  input->partitions = std::max(input->partitions, clock.partitions);
  const int32_t number = clock.partition.number;
  auto heard = std::lower_bound(
      input->heard.begin(), input->heard.end(), number,
      [](const PartitionState& state, int32_t n) { return state.number < n; });
  if (heard == input->heard.end() || heard->number != number) {
    heard = input->heard.insert(heard, {.number = number});
  }
  PartitionState& state = *heard;
  const bool stands = state.caught_up && clock.caught_up &&
                      state.next_offset == clock.next_offset;
  if (!stands) state.since = clock.caught_up ? log_time : kMinTime;
  state.caught_up = clock.caught_up;
  state.next_offset = clock.next_offset;
  state.ended = clock.ended;
  state.watermark = std::max(state.watermark, clock.watermark);
  state.max_time = std::max(state.max_time, clock.max_time);
  if (state.first_at == kMinTime) state.first_at = clock.first_at;
  // kMaxTime is "never", not a very long time.
  if (state.since != kMinTime && input->idle_after != kMaxTime &&
      SubSaturating(log_time, state.since) >= input->idle_after) {
    const TimeNs idle = SubSaturating(
        SubSaturating(log_time, input->idle_after), input->disorder);
    state.idle = std::max(state.idle, idle);
  }
}

void Watermarks::Update(Domain* domain) {
  if (domain->inputs.empty()) return;
  TimeNs w = kMaxTime;
  TimeNs max_time = kMinTime;
  bool all_ended = true;
  for (const InputId id : domain->inputs) {
    const InputState& input = inputs_[id.value];
    const bool known =
        input.partitions > 0 &&
        input.heard.size() >= static_cast<size_t>(input.partitions);
    if (!known) {
      w = kMinTime;
      all_ended = false;
    }
    for (const PartitionState& state : input.heard) {
      max_time = std::max(max_time, state.max_time);
      if (state.first_at != kMinTime) {
        domain->first = std::min(domain->first, state.first_at);
      }
      if (state.ended) continue;
      all_ended = false;
      w = std::min(w, std::max(state.watermark, state.idle));
    }
  }
  if (all_ended) w = AddSaturating(max_time, 1);
  domain->w = std::max(domain->w, w);
}

void Watermarks::Encode(ByteWriter* out) const {
  out->Varint(inputs_.size());
  for (const InputState& input : inputs_) {
    out->Zigzag(input.partitions);
    out->Varint(input.heard.size());
    for (const PartitionState& state : input.heard) {
      out->Zigzag(state.number);
      out->Zigzag(state.watermark);
      out->Zigzag(state.idle);
      out->Zigzag(state.since);
      out->Zigzag(state.max_time);
      out->Zigzag(state.first_at);
      out->Zigzag(state.next_offset);
      out->Bool(state.caught_up);
      out->Bool(state.ended);
    }
  }
  out->Varint(domains_.size());
  for (const Domain& domain : domains_) {
    out->Varint(domain.inputs.size());
    for (const InputId input : domain.inputs) out->Varint(input.value);
    out->Zigzag(domain.w);
    out->Zigzag(domain.start);
  }
}

bool Watermarks::Decode(ByteReader* in) {
  const size_t inputs = in->Count();
  if (inputs > inputs_.size()) return Damaged(in);
  for (size_t i = 0; i < inputs && in->ok(); ++i) {
    inputs_[i].partitions = static_cast<int32_t>(in->Zigzag());
    inputs_[i].heard.resize(in->Count(kLeastPartition));
    for (PartitionState& state : inputs_[i].heard) {
      state.number = static_cast<int32_t>(in->Zigzag());
      state.watermark = in->Zigzag();
      state.idle = in->Zigzag();
      state.since = in->Zigzag();
      state.max_time = in->Zigzag();
      state.first_at = in->Zigzag();
      state.next_offset = in->Zigzag();
      state.caught_up = in->Bool();
      state.ended = in->Bool();
    }
  }
  for (Domain& domain : domains_) Update(&domain);
  const size_t domains = in->Count();
  for (size_t i = 0; i < domains && in->ok(); ++i) {
    InputSet set(in->Count());
    for (InputId& input : set) {
      input = InputId{static_cast<uint32_t>(in->Varint())};
    }
    const TimeNs w = in->Zigzag();
    const TimeNs start = in->Zigzag();
    for (Domain& domain : domains_) {
      if (domain.inputs != set) continue;
      domain.w = w;
      domain.start = start;
    }
  }
  return in->ok();
}

}  // namespace tocsin
