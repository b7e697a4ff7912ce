// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka_sink.h"

#include <map>

#include <catch2/catch_test_macros.hpp>

#include "engine/pipeline/dead_letter.h"
#include "tests/broker/kafka_cluster.h"

namespace tocsin::connectors {
namespace {

using tocsin::testing::KafkaAddress;
using tocsin::testing::KafkaCluster;
using tocsin::testing::KafkaRecord;
using tocsin::testing::TcpDoor;

#define REQUIRE_BROKER()                                      \
  if (!KafkaAddress()) SKIP("no broker: TOCSIN_KAFKA unset"); \
  KafkaCluster cluster(*KafkaAddress())

struct Logged {
  std::vector<std::string> lines;
  KafkaLog Function() {
    return [this](int, const std::string& text) { lines.push_back(text); };
  }
};

std::unique_ptr<RecordSink> Open(const KafkaSinkOptions& options,
                                 Logged* logged) {
  auto sink = OpenKafkaSink(options, logged->Function());
  INFO(Message(sink.status()));
  REQUIRE(sink.ok());
  return std::move(*sink);
}

TEST_CASE("KafkaSink: a flushed record is there with key and headers",
          "[kafka]") {
  REQUIRE_BROKER();
  Logged logged;
  const std::string topic = cluster.NewTopic("sink", 1);
  const auto sink = Open({cluster.address(), topic, {}}, &logged);
  OutRecord record;
  record.key = "inc-1";
  record.value = R"({"incident_id":"inc-1"})";
  record.headers = {{"producer", "shard 3"}, {"position", "17"}};
  REQUIRE(sink->Write(record).ok());
  REQUIRE(sink->Write({"", "{}", {}}).ok());
  REQUIRE(sink->Flush().ok());
  const std::vector<KafkaRecord> records = cluster.Read(topic, 1);
  REQUIRE(records.size() == 2);
  CHECK(records[0].key == "inc-1");
  CHECK(records[0].value == record.value);
  CHECK(records[0].headers == record.headers);
  CHECK(records[1].key.empty());
  CHECK(sink->Mark().empty());
  CHECK(sink->Rewind("anything").ok());
}

TEST_CASE("KafkaSink: one key keeps its order, in one partition", "[kafka]") {
  REQUIRE_BROKER();
  Logged logged;
  const std::string topic = cluster.NewTopic("keys", 4);
  const auto sink = Open({cluster.address(), topic, {}}, &logged);
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(sink->Write({StrCat("k", i % 50), StrCat(i), {}}).ok());
  }
  REQUIRE(sink->Flush().ok());
  std::map<std::string, std::vector<std::pair<int, int>>> by_key;
  for (const KafkaRecord& record : cluster.Read(topic, 4)) {
    by_key[record.key].emplace_back(record.partition, std::stoi(record.value));
  }
  REQUIRE(by_key.size() == 50);
  for (const auto& [key, places] : by_key) {
    REQUIRE(places.size() == 40);
    CHECK(std::is_sorted(places.begin(), places.end()));
    CHECK(places.front().first == places.back().first);
  }
}

TEST_CASE("KafkaSink: without a broker it waits, then each record once",
          "[kafka]") {
  REQUIRE_BROKER();
  Logged logged;
  const std::string topic = cluster.NewTopic("waits", 1);
  TcpDoor door(cluster.address());
  KafkaSinkOptions options{door.address(), topic, {}};
  options.flush_wait = 2 * kSecond;
  const auto sink = Open(options, &logged);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(sink->Write({"", StrCat(i), {}}).ok());
  }
  const Status waiting = sink->Flush();
  CHECK(absl::IsUnavailable(waiting));
  CHECK(Message(waiting).find("100 records") != std::string::npos);
  CHECK(absl::IsUnavailable(sink->Flush()));
  CHECK(logged.lines.size() == 1);
  door.Open();
  Status flushed = sink->Flush();
  for (int i = 0; i < 10 && absl::IsUnavailable(flushed); ++i) {
    flushed = sink->Flush();
  }
  REQUIRE(flushed.ok());
  const std::vector<KafkaRecord> records = cluster.Read(topic, 1);
  REQUIRE(records.size() == 100);
  for (int i = 0; i < 100; ++i) {
    CHECK(records[static_cast<size_t>(i)].value == StrCat(i));
  }
  REQUIRE(logged.lines.size() == 2);
  CHECK(logged.lines[1].find("answers again") != std::string::npos);
}

TEST_CASE("KafkaSink: a full queue refuses a record and keeps nothing of it",
          "[kafka]") {
  Logged logged;
  TcpDoor door("127.0.0.1:1");
  const auto sink = Open(
      {door.address(), "t", {{"queue.buffering.max.messages", "3"}}}, &logged);
  for (int i = 0; i < 3; ++i) REQUIRE(sink->Write({"", "{}", {}}).ok());
  CHECK(absl::IsUnavailable(sink->Write({"", "{}", {{"a", "b"}}})));
}

TEST_CASE("KafkaSink: a record that the broker refuses for good is an error",
          "[kafka]") {
  REQUIRE_BROKER();
  Logged logged;
  const std::string topic = cluster.FreeName("small");
  cluster.Create(topic, 1, {{"max.message.bytes", "1000"}});
  const auto sink =
      Open({cluster.address(), topic, {{"compression.type", "none"}}}, &logged);
  REQUIRE(sink->Write({"", std::string(5000, 'x'), {}}).ok());
  const Status flushed = sink->Flush();
  CHECK(absl::IsFailedPrecondition(flushed));
  CHECK(Message(flushed).find(topic) != std::string::npos);
  CHECK(sink->Write({"", "{}", {}}) == flushed);
}

TEST_CASE("KafkaSink: a dead letter carries reason, position and its bytes",
          "[kafka]") {
  REQUIRE_BROKER();
  Logged logged;
  const std::string topic = cluster.NewTopic("dlq", 1);
  const auto sink = Open({cluster.address(), topic, {}}, &logged);
  Inputs inputs(1);
  inputs[0].name = "win";
  inputs[0].topic = "events";
  DeadLetter letter;
  letter.from = {{InputId{0}, 3}, 42, 0};
  letter.reason = "no_root_object";
  letter.payload = "\xff\x00 not JSON";
  REQUIRE(
      sink->Write({"",
                   DeadLetterJson(letter, inputs),
                   {{"reason", std::string(letter.reason)}, {"offset", "42"}}})
          .ok());
  REQUIRE(sink->Flush().ok());
  const std::vector<KafkaRecord> records = cluster.Read(topic, 1);
  REQUIRE(records.size() == 1);
  CHECK(records[0].headers[0].second == "no_root_object");
  CHECK(records[0].headers[1].second == "42");
  for (const char* part : {R"("topic":"events")", R"("partition":3)",
                           R"("offset":42)", R"("payload_base64":")"}) {
    CAPTURE(part);
    CHECK(records[0].value.find(part) != std::string::npos);
  }
}

TEST_CASE("KafkaSink: properties that librdkafka refuses are named") {
  const auto sink = OpenKafkaSink({"127.0.0.1:1", "t", {{"acks", "maybe"}}},
                                  [](int, const std::string&) {});
  CHECK(absl::IsInvalidArgument(sink.status()));
  CHECK(Message(sink.status()).find("acks") != std::string::npos);
}

}  // namespace
}  // namespace tocsin::connectors
