// SPDX-License-Identifier: Apache-2.0
//
// SequencerRig: inputs, a plan of two rules (0: of single events, 1: with a
// window) and batches in which each event matches one of them or none.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "engine/log/sequencer.h"

namespace tocsin::testing {

struct TestMessage {
  Partition from;
  int64_t offset = 0;
  TimeNs time = kMinTime;
  TimeNs record_time = kMinTime;
  bool trusted = false;
  int rule = -1;  // that it matches
};

inline Inputs TwoInputs() {
  Inputs inputs(2);
  inputs[0].name = "win";
  inputs[1].name = "auth";
  return inputs;
}

inline std::shared_ptr<const Plan> SmallPlan() {
  auto plan = std::make_shared<Plan>();
  plan->rules.resize(2);
  plan->rules[1].pattern = WindowPattern{};
  return plan;
}

inline BatchResult BatchOf(uint64_t number,
                           const std::vector<TestMessage>& messages) {
  BatchResult batch;
  batch.number = number;
  std::map<Partition, PartitionCounts> counts;
  for (const TestMessage& message : messages) {
    EventResult& event = batch.events.emplace_back();
    event.from = {message.from, message.offset, 0};
    event.time = message.time;
    event.record_time = message.record_time;
    event.trusted_record_time = message.trusted;
    PartitionCounts& count = counts[message.from];
    count.partition = message.from;
    count.next_offset = message.offset + 1;
    ++count.messages;
    ++count.consumed;
    ++count.evaluated;
    if (message.rule < 0) continue;
    Match& match = batch.matches.emplace_back();
    match.event = static_cast<uint32_t>(batch.events.size() - 1);
    match.rule = RuleId{static_cast<uint32_t>(message.rule)};
    match.shard = 5;
    match.tests = 1;
    match.body = "body";
  }
  for (const auto& [partition, count] : counts) {
    batch.partitions.push_back(count);
  }
  return batch;
}

// Of four partitions, more or less in order of time.
inline std::vector<TestMessage> RandomMessages(size_t count,
                                               std::mt19937* random) {
  std::map<Partition, int64_t> offsets;
  std::vector<TestMessage> messages;
  for (size_t i = 0; i < count; ++i) {
    TestMessage message;
    message.from = {InputId{static_cast<uint32_t>((*random)() % 2)},
                    static_cast<int32_t>((*random)() % 2)};
    message.offset = offsets[message.from]++;
    const auto base = static_cast<TimeNs>(i) * kSecond;
    if ((*random)() % 10 != 0) {
      message.time = base + static_cast<TimeNs>((*random)() % 60) * kSecond;
    }
    message.record_time = base;
    message.trusted = message.from.number == 0;
    if ((*random)() % 50 == 0) message.time = base + kDay;
    message.rule = static_cast<int>((*random)() % 3) - 1;
    messages.push_back(message);
  }
  return messages;
}

}  // namespace tocsin::testing
