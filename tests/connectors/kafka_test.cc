// SPDX-License-Identifier: Apache-2.0
//
// KafkaSource against a real broker: positions, holes, ends. What goes wrong
// between members and brokers is in kafka_trouble_test.cc.
#include <numeric>

#include <catch2/catch_test_macros.hpp>

#include "tests/connectors/kafka_reader.h"

namespace tocsin::connectors {
namespace {

using tocsin::testing::KafkaAddress;
using tocsin::testing::KafkaCluster;

#define REQUIRE_BROKER()                                      \
  if (!KafkaAddress()) SKIP("no broker: TOCSIN_KAFKA unset"); \
  KafkaCluster cluster(*KafkaAddress())

Partition Of(int32_t number) { return {InputId{0}, number}; }

KafkaSourceOptions Options(KafkaCluster* cluster, const std::string& topic) {
  KafkaSourceOptions options;
  options.brokers = cluster->address();
  options.topics = {{InputId{0}, topic}};
  options.group = cluster->FreeName("group");
  return options;
}

void Fill(KafkaCluster* cluster, const std::string& topic, int partitions,
          int each, int first = 0) {
  for (int i = first; i < first + each; ++i) {
    for (int n = 0; n < partitions; ++n) {
      cluster->Produce(topic, n, StrCat("{\"n\":", i, "}"), StrCat("k", n),
                       1'700'000'000'000 + i);
    }
  }
  cluster->Flush();
}

std::vector<int64_t> Range(int64_t from, int64_t to) {
  std::vector<int64_t> range(static_cast<size_t>(to - from));
  std::iota(range.begin(), range.end(), from);
  return range;
}

TEST_CASE("KafkaSource: every partition is delivered in order, with its times",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("order", 4);
  Fill(&cluster, topic, 4, 250);
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({}).ok());
  CHECK_FALSE(reader.source().ready());
  REQUIRE(reader.UntilCount(1000));
  CHECK(reader.source().ready());
  for (int n = 0; n < 4; ++n) {
    CHECK(reader.offsets[Of(n)] == Range(0, 250));
    CHECK(reader.texts[Of(n)][7] == "{\"n\":7}");
  }
  const RawMessage& first = reader.messages.front();
  CHECK(first.record_time == 1'700'000'000'000 * kMillisecond);
  CHECK_FALSE(first.trusted_time);
  CHECK(reader.Until([&] { return reader.caught_up(); }));
  const auto statuses = reader.source().Partitions();
  REQUIRE(statuses.size() == 4);
  CHECK(statuses[2].next_offset == 250);
  CHECK(statuses[2].partitions == 4);
  CHECK_FALSE(statuses[2].ended);
  Fill(&cluster, topic, 1, 1, 250);
  REQUIRE(reader.UntilCount(1001));
  CHECK(reader.holes.empty());
}

TEST_CASE("KafkaSource: the broker's clock is trusted, a null is told apart",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.FreeName("append-time");
  cluster.Create(topic, 1, {{"message.timestamp.type", "LogAppendTime"}});
  cluster.Produce(topic, 0, "", "k", 1);
  cluster.ProduceNull(topic, 0);
  cluster.Flush();
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilCount(2));
  CHECK(reader.messages[0].trusted_time);
  CHECK(reader.messages[0].record_time > 1'700'000'000'000 * kMillisecond);
  CHECK_FALSE(reader.messages[0].null_payload);
  CHECK(reader.messages[1].null_payload);
}

TEST_CASE("KafkaSource: a restart goes on where the engine was, not the group",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("resume", 2);
  Fill(&cluster, topic, 2, 100);
  const KafkaSourceOptions options = Options(&cluster, topic);
  {
    KafkaReader reader(options);
    REQUIRE(reader.source().Start({}).ok());
    REQUIRE(reader.UntilCount(200));
    reader.source().Commit({{Of(0), 90}, {Of(1), 100}});
    REQUIRE(reader.Until(
        [&] { return cluster.Committed(options.group, topic, 0) == 90; }));
  }
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({{Of(0), 40}, {Of(1), 99}}).ok());
  REQUIRE(reader.UntilCount(61));
  reader.For(300 * kMillisecond);
  CHECK(reader.offsets[Of(0)] == Range(40, 100));
  CHECK(reader.offsets[Of(1)] == Range(99, 100));
  CHECK(reader.holes.empty());
}

TEST_CASE("KafkaSource: a first start at the end skips what was there",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("latest", 1);
  Fill(&cluster, topic, 1, 10);
  KafkaSourceOptions options = Options(&cluster, topic);
  options.start = "latest";
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilReady());
  Fill(&cluster, topic, 1, 5, 10);
  REQUIRE(reader.UntilCount(5));
  CHECK(reader.offsets[Of(0)] == Range(10, 15));
  CHECK(reader.holes.empty());
}

TEST_CASE("KafkaSource: partitions that are added are read from their start",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("grow", 1);
  Fill(&cluster, topic, 1, 10);
  KafkaSourceOptions options = Options(&cluster, topic);
  options.start = "latest";
  options.properties = {{"topic.metadata.refresh.interval.ms", "300"}};
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilReady());
  cluster.Grow(topic, 3);
  Fill(&cluster, topic, 3, 5);
  REQUIRE(reader.UntilCount(15));
  CHECK(reader.offsets[Of(0)] == Range(10, 15));
  CHECK(reader.offsets[Of(1)] == Range(0, 5));
  CHECK(reader.offsets[Of(2)] == Range(0, 5));
  CHECK(reader.source().Partitions()[0].partitions == 3);
}

TEST_CASE("KafkaSource: a position that retention overtook is a hole",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("retention", 2);
  Fill(&cluster, topic, 2, 100);
  cluster.Trim(topic, 0, 50);
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({{Of(0), 10}, {Of(1), 95}}).ok());
  REQUIRE(reader.UntilCount(55));
  CHECK(reader.offsets[Of(0)] == Range(50, 100));
  CHECK(reader.offsets[Of(1)] == Range(95, 100));
  REQUIRE(reader.holes.size() == 1);
  CHECK(reader.holes[0].partition == Of(0));
  CHECK(reader.holes[0].from == 10);
  CHECK(reader.holes[0].to == 50);
  CHECK(reader.Logged(3, "offsets 10 to 50 no longer exist") == 1);
}

TEST_CASE("KafkaSource: without a position, what is gone is no hole",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("trimmed", 1);
  Fill(&cluster, topic, 1, 20);
  cluster.Trim(topic, 0, 15);
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilCount(5));
  CHECK(reader.offsets[Of(0)] == Range(15, 20));
  CHECK(reader.holes.empty());
}

TEST_CASE("KafkaSource: retention that overtakes a running reader is a hole",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("overtaken", 1);
  for (int i = 0; i < 20; ++i) Fill(&cluster, topic, 1, 50, i * 50);
  KafkaSourceOptions options = Options(&cluster, topic);
  // Nothing is fetched ahead: what is deleted was not seen yet.
  options.properties = {{"queued.min.messages", "1"},
                        {"max.partition.fetch.bytes", "1000"}};
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.Until([&] {
    REQUIRE(reader.Poll(10).ok());
    return !reader.messages.empty();
  }));
  cluster.Trim(topic, 0, 900);
  const bool all_there =
      reader.Until([&] { return reader.offsets[Of(0)].back() == 999; });
  INFO(Message(reader.failure));
  for (const auto& [level, line] : reader.logged) UNSCOPED_INFO(line);
  INFO(reader.offsets[Of(0)].back());
  REQUIRE(all_there);
  REQUIRE(reader.holes.size() == 1);
  CHECK(reader.holes[0].to == 900);
  // What was delivered and the hole cover every offset, once.
  std::vector<int64_t> covered = Range(0, reader.holes[0].from);
  for (const int64_t offset : Range(900, 1000)) covered.push_back(offset);
  CHECK(reader.offsets[Of(0)] == covered);
}

TEST_CASE("KafkaSource: a topic shorter than the position was recreated",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("recreated", 1);
  Fill(&cluster, topic, 1, 5);
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({{Of(0), 100}}).ok());
  CHECK_FALSE(reader.UntilReady());
  CHECK(absl::IsFailedPrecondition(reader.failure));
  CHECK(Message(reader.failure).find("recreated") != std::string::npos);
  CHECK(Message(reader.failure).find("--reset-state") != std::string::npos);
}

TEST_CASE("KafkaSource: a topic recreated under a running reader stops it",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("swapped", 1);
  Fill(&cluster, topic, 1, 50);
  KafkaSourceOptions options = Options(&cluster, topic);
  options.properties = {{"topic.metadata.refresh.interval.ms", "300"}};
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilCount(50));
  cluster.Delete(topic);
  reader.For(kSecond);
  cluster.Create(topic, 1);
  Fill(&cluster, topic, 1, 5);
  CHECK_FALSE(reader.Until([&] { return reader.messages.size() > 50; }));
  CHECK(absl::IsFailedPrecondition(reader.failure));
  CHECK(Message(reader.failure).find("recreated") != std::string::npos);
}

TEST_CASE("KafkaSource: bounded reading ends at what was the end", "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("bounded", 3);
  Fill(&cluster, topic, 2, 100);  // the third partition stays empty
  KafkaSourceOptions options = Options(&cluster, topic);
  options.bounded = true;
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({}).ok());
  CHECK_FALSE(reader.source().finished());
  REQUIRE(reader.Until([&] { return reader.source().ready(); }));
  Fill(&cluster, topic, 3, 50, 100);
  REQUIRE(reader.Until([&] { return reader.source().finished(); }));
  CHECK(reader.offsets[Of(0)] == Range(0, 100));
  CHECK(reader.offsets[Of(1)] == Range(0, 100));
  CHECK(reader.offsets[Of(2)].empty());
  for (const PartitionStatus& status : reader.source().Partitions()) {
    CHECK(status.ended);
    CHECK(status.end_offset == status.next_offset);
  }
  CHECK(reader.holes.empty());
  CHECK(cluster.Committed(options.group, topic, 0) == -1);
}

TEST_CASE("KafkaSource: a pause holds one partition back and loses nothing",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("pause", 2);
  Fill(&cluster, topic, 2, 10);
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilCount(20));
  reader.source().Pause(Of(0));
  reader.source().Pause(Of(0));
  Fill(&cluster, topic, 2, 10, 10);
  REQUIRE(reader.UntilCount(30));
  reader.For(300 * kMillisecond);
  CHECK(reader.offsets[Of(0)] == Range(0, 10));
  CHECK(reader.offsets[Of(1)] == Range(0, 20));
  reader.source().Unpause(Of(0));
  REQUIRE(reader.UntilCount(40));
  CHECK(reader.offsets[Of(0)] == Range(0, 20));
  CHECK(reader.holes.empty());
}

TEST_CASE("KafkaSource: a batch holds what fits; the rest comes next",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("bytes", 1);
  const std::string big(10'000, 'x');
  for (int i = 0; i < 100; ++i) cluster.Produce(topic, 0, big);
  cluster.Flush();
  KafkaReader reader(Options(&cluster, topic));
  REQUIRE(reader.source().Start({}).ok());
  size_t most = 0;
  REQUIRE(reader.Until([&] {
    REQUIRE(reader.Poll(4096, 50'000).ok());
    most = std::max(most, reader.last_bytes);
    return reader.messages.size() >= 100;
  }));
  CHECK(most == 50'000);
  CHECK(reader.offsets[Of(0)] == Range(0, 100));
}

TEST_CASE("KafkaSource: several topics are several inputs", "[kafka]") {
  REQUIRE_BROKER();
  const std::string one = cluster.NewTopic("one", 1);
  const std::string two = cluster.NewTopic("two", 2);
  Fill(&cluster, one, 1, 3);
  Fill(&cluster, two, 2, 4);
  KafkaSourceOptions options = Options(&cluster, one);
  options.topics.push_back({InputId{5}, two});
  KafkaReader reader(options);
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilCount(11));
  CHECK(reader.offsets[Of(0)] == Range(0, 3));
  CHECK(reader.offsets[{InputId{5}, 1}] == Range(0, 4));
  CHECK(reader.source().Partitions().size() == 3);
}

}  // namespace
}  // namespace tocsin::connectors
