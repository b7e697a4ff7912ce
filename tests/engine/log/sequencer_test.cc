// SPDX-License-Identifier: Apache-2.0
#include "engine/log/sequencer.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/engine/log/sequencer_rig.h"

namespace tocsin {
namespace {

using testing::BatchOf;
using testing::RandomMessages;
using testing::SmallPlan;
using testing::TestMessage;
using testing::TwoInputs;

std::vector<BatchResult> Batches(const std::vector<TestMessage>& messages,
                                 size_t size) {
  std::vector<BatchResult> batches;
  for (size_t i = 0; i < messages.size(); i += size) {
    const auto begin = messages.begin() + static_cast<ptrdiff_t>(i);
    const auto end =
        begin + static_cast<ptrdiff_t>(std::min(size, messages.size() - i));
    batches.push_back(BatchOf(batches.size() + 1, {begin, end}));
  }
  return batches;
}

std::vector<Frame> Run(Sequencer* sequencer, std::vector<BatchResult> batches) {
  std::vector<Frame> frames;
  for (BatchResult& batch : batches) {
    REQUIRE(sequencer->Push(std::move(batch), kMinTime, &frames).ok());
  }
  return frames;
}

std::vector<MatchRecord> Records(const std::vector<Frame>& frames) {
  std::vector<MatchRecord> records;
  for (const Frame& frame : frames) {
    records.insert(records.end(), frame.records.begin(), frame.records.end());
  }
  return records;
}

TEST_CASE("Sequencer: the order of arrival does not matter") {
  std::mt19937 random(1);
  const auto messages = RandomMessages(500, &random);
  std::vector<BatchResult> batches = Batches(messages, 7);
  Sequencer in_order(TwoInputs(), SmallPlan());
  const std::vector<Frame> expected = Run(&in_order, batches);
  std::shuffle(batches.begin(), batches.end(), random);
  Sequencer shuffled(TwoInputs(), SmallPlan());
  CHECK(Run(&shuffled, batches) == expected);
  CHECK(shuffled.waiting() == 0);
  for (size_t i = 0; i < expected.size(); ++i) {
    CHECK(expected[i].sequence == i + 1);
  }
}

TEST_CASE("Sequencer: where batches end does not matter") {
  const uint32_t seed = GENERATE(range(0u, 10u));
  std::mt19937 random(seed);
  const auto messages = RandomMessages(400, &random);
  Sequencer one(TwoInputs(), SmallPlan());
  const auto expected = Records(Run(&one, Batches(messages, 1)));
  CHECK(expected.size() > 100);
  for (const size_t size : {3, 97, 1000}) {
    Sequencer other(TwoInputs(), SmallPlan());
    CHECK(Records(Run(&other, Batches(messages, size))) == expected);
    CHECK(other.clocks() == one.clocks());
  }
}

TEST_CASE("Sequencer: goes on behind the tail as if nothing had happened") {
  std::mt19937 random(3);
  const auto messages = RandomMessages(300, &random);
  Sequencer whole(TwoInputs(), SmallPlan());
  const auto expected = Records(Run(&whole, Batches(messages, 10)));
  const auto middle = messages.begin() + 150;
  Sequencer first(TwoInputs(), SmallPlan());
  auto records = Records(Run(&first, Batches({messages.begin(), middle}, 10)));
  Sequencer second(TwoInputs(), SmallPlan(),
                   {first.sequence(), kMinTime, 1, first.clocks()});
  const auto frames = Run(&second, Batches({middle, messages.end()}, 10));
  CHECK(frames.front().sequence == first.sequence() + 1);
  for (const MatchRecord& record : Records(frames)) records.push_back(record);
  CHECK(records == expected);
  CHECK(second.clocks() == whole.clocks());
}

TEST_CASE("Sequencer: the ledger of a batch must add up") {
  std::mt19937 random(4);
  const auto messages = RandomMessages(5, &random);
  std::vector<Frame> frames;
  {
    Sequencer sequencer(TwoInputs(), SmallPlan());
    BatchResult batch = BatchOf(1, messages);
    ++batch.partitions.front().consumed;
    const Status status = sequencer.Push(std::move(batch), 0, &frames);
    CHECK(status.code() == absl::StatusCode::kInternal);
  }
  Sequencer sequencer(TwoInputs(), SmallPlan());
  REQUIRE(sequencer.Push(BatchOf(1, messages), 0, &frames).ok());
  CHECK_FALSE(sequencer.Push(BatchOf(1, messages), 0, &frames).ok());
}

TEST_CASE("Sequencer: the ledger counts since the first start") {
  std::mt19937 random(5);
  const auto messages = RandomMessages(200, &random);
  Sequencer sequencer(TwoInputs(), SmallPlan());
  Run(&sequencer, Batches(messages, 9));
  uint64_t consumed = 0;
  for (const ClockRecord& clock : sequencer.clocks()) {
    CHECK(clock.consumed ==
          clock.evaluated + clock.dead_lettered + clock.filtered);
    consumed += clock.consumed;
  }
  CHECK(consumed == 200);
}

TEST_CASE("Sequencer: clocks wait for the batches before them") {
  std::mt19937 random(6);
  const Partition p{InputId{0}, 0};
  Sequencer sequencer(TwoInputs(), SmallPlan());
  std::vector<Frame> frames;
  PartitionStatus status{.partition = p, .next_offset = 5, .caught_up = true};
  status.partitions = 3;
  REQUIRE(sequencer.Clocks(1, {status}, {}, 9, &frames).ok());
  CHECK(frames.empty());
  CHECK(sequencer.waiting() == 1);
  REQUIRE(
      sequencer
          .Push(BatchOf(1, {{.from = p, .offset = 4, .time = 100}}), 9, &frames)
          .ok());
  REQUIRE(frames.size() == 2);
  CHECK_FALSE(frames[0].clocks.at(0).caught_up);
  CHECK(frames[1].clocks.at(0).caught_up);
  CHECK(frames[1].clocks.at(0).partitions == 3);
  CHECK(frames[1].log_time == 9);
}

TEST_CASE("Sequencer: where reading began is a position") {
  const Partition p{InputId{0}, 0};
  Sequencer sequencer(TwoInputs(), SmallPlan());
  std::vector<Frame> frames;
  PartitionStatus status{.partition = p, .next_offset = 100};
  REQUIRE(sequencer.Clocks(0, {status}, {}, 1, &frames).ok());
  CHECK(sequencer.clocks().at(0).next_offset == 100);
  status.next_offset = 7;  // never back
  REQUIRE(sequencer.Clocks(0, {status}, {}, 1, &frames).ok());
  CHECK(sequencer.clocks().at(0).next_offset == 100);
}

TEST_CASE("Sequencer: a hole is counted once and moves the position") {
  const Partition p{InputId{1}, 2};
  Sequencer sequencer(TwoInputs(), SmallPlan());
  std::vector<Frame> frames;
  REQUIRE(sequencer.Clocks(0, {}, {{p, 0, 40}}, 1, &frames).ok());
  REQUIRE(sequencer.Clocks(0, {}, {{p, 0, 40}}, 2, &frames).ok());
  REQUIRE(sequencer.Clocks(0, {}, {{p, 0, 50}}, 3, &frames).ok());
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].gaps == std::vector<GapRecord>{{p, 0, 40}});
  CHECK(frames[1].gaps.empty());
  CHECK(frames[2].gaps == std::vector<GapRecord>{{p, 40, 50}});
  CHECK(sequencer.clocks().at(0).missing == 50);
  CHECK(sequencer.clocks().at(0).next_offset == 50);
}

TEST_CASE("Sequencer: the end names every partition of every input") {
  Sequencer sequencer(TwoInputs(), SmallPlan());
  std::vector<Frame> frames;
  PartitionStatus status{.partition = {InputId{1}, 1}};
  status.partitions = 2;
  REQUIRE(sequencer.Clocks(0, {status}, {}, 1, &frames).ok());
  const Frame end = sequencer.End(2);
  CHECK(end.complete);
  REQUIRE(end.clocks.size() == 3);
  for (const ClockRecord& clock : end.clocks) CHECK(clock.ended);
  CHECK(sequencer.Until(7, 2).until == 8);
}

}  // namespace
}  // namespace tocsin
