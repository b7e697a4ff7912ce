// SPDX-License-Identifier: Apache-2.0
//
// KafkaSource when something is missing or in the way: brokers, topics, a
// second member. A broker that goes away and comes back is librdkafka's mock.
#include <array>

#include <catch2/catch_test_macros.hpp>

#include "tests/connectors/kafka_reader.h"
// It wants rdkafka.h before it.
#include <librdkafka/rdkafka_mock.h>

namespace tocsin::connectors {
namespace {

using tocsin::testing::KafkaAddress;
using tocsin::testing::KafkaCluster;
using tocsin::testing::TcpDoor;

#define REQUIRE_BROKER()                                      \
  if (!KafkaAddress()) SKIP("no broker: TOCSIN_KAFKA unset"); \
  KafkaCluster cluster(*KafkaAddress())

Partition Of(int32_t number) { return {InputId{0}, number}; }

KafkaSourceOptions Options(const std::string& brokers, const std::string& topic,
                           const std::string& group) {
  KafkaSourceOptions options;
  options.brokers = brokers;
  options.topics = {{InputId{0}, topic}};
  options.group = group;
  return options;
}

void Fill(KafkaCluster* cluster, const std::string& topic, int partitions,
          int each) {
  for (int i = 0; i < each; ++i) {
    for (int n = 0; n < partitions; ++n) cluster->Produce(topic, n, "{}");
  }
  cluster->Flush();
}

TEST_CASE("KafkaSource: a missing broker is waited for and logged once",
          "[kafka]") {
  TcpDoor door(KafkaAddress().value_or("127.0.0.1:1"));
  KafkaReader reader(Options(door.address(), "any", "any"));
  REQUIRE(reader.source().Start({}).ok());
  reader.For(3 * kSecond);
  CHECK(absl::IsUnavailable(reader.failure));
  CHECK_FALSE(reader.source().ready());
  CHECK(reader.source().why().find(door.address()) != std::string::npos);
  INFO(reader.logged[0].second);
  CHECK(reader.logged.size() == 1);
  CHECK(reader.Logged(4, "Connection refused; trying again") == 1);
}

TEST_CASE("KafkaSource: goes on by itself when the broker appears", "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("appears", 2);
  Fill(&cluster, topic, 2, 10);
  TcpDoor door(cluster.address());
  KafkaReader reader(Options(door.address(), topic, cluster.FreeName("group")));
  REQUIRE(reader.source().Start({}).ok());
  reader.For(kSecond);
  CHECK_FALSE(reader.source().ready());
  door.Open();
  REQUIRE(reader.UntilCount(20));
  CHECK(reader.source().ready());
  CHECK(reader.Logged(6, "answers again") == 1);
}

TEST_CASE("KafkaSource: a topic that does not exist yet is waited for",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.FreeName("later");
  KafkaReader reader(
      Options(cluster.address(), topic, cluster.FreeName("group")));
  REQUIRE(reader.source().Start({}).ok());
  reader.For(2 * kSecond);
  CHECK_FALSE(reader.source().ready());
  CHECK(reader.source().why().find(topic) != std::string::npos);
  CHECK(reader.logged.size() == 1);
  cluster.Create(topic, 1);
  Fill(&cluster, topic, 1, 3);
  CHECK(reader.UntilCount(3));
}

TEST_CASE("KafkaSource: beside a second member nothing is delivered",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("shared", 4);
  const std::string group = cluster.FreeName("group");
  Fill(&cluster, topic, 4, 10);
  KafkaReader first(Options(cluster.address(), topic, group));
  REQUIRE(first.source().Start({}).ok());
  REQUIRE(first.UntilCount(40));
  {
    KafkaSourceOptions options = Options(cluster.address(), topic, group);
    options.properties = {{"group.instance.id", "another"},
                          {"session.timeout.ms", "6000"},
                          {"heartbeat.interval.ms", "1000"}};
    KafkaReader second(options);
    REQUIRE(second.source().Start({}).ok());
    REQUIRE(first.Until([&] {
      (void)second.Poll();
      return second.source().why().find("another member") !=
                 std::string::npos &&
             first.source().why().find("another member") != std::string::npos;
    }));
    CHECK_FALSE(first.source().ready());
    CHECK_FALSE(second.source().ready());
    Fill(&cluster, topic, 4, 5);
    first.For(kSecond);
    second.For(kSecond);
    CHECK(first.messages.size() == 40);
    CHECK(second.messages.empty());
    CHECK(first.Logged(3, "one node must own all of them") >= 1);
  }
  // A static member does not leave: its session has to end.
  const bool all_there = first.UntilCount(60);
  INFO(Message(first.failure));
  INFO(first.source().why());
  REQUIRE(all_there);
  CHECK(first.source().ready());
  for (int n = 0; n < 4; ++n) CHECK(first.offsets[Of(n)].size() == 15);
  CHECK(first.holes.empty());
}

TEST_CASE("KafkaSource: two inputs of one daemon may share a group",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string one = cluster.NewTopic("one", 2);
  const std::string two = cluster.NewTopic("two", 3);
  const std::string group = cluster.FreeName("group");
  KafkaSourceOptions options = Options(cluster.address(), one, group);
  options.member = "one";
  KafkaReader first(options);
  options = Options(cluster.address(), two, group);
  options.member = "two";
  KafkaReader second(options);
  REQUIRE(first.source().Start({}).ok());
  REQUIRE(second.source().Start({}).ok());
  Fill(&cluster, one, 2, 10);
  Fill(&cluster, two, 3, 10);
  REQUIRE(first.Until([&] {
    REQUIRE(second.Poll().ok());
    return first.messages.size() == 20 && second.messages.size() == 30;
  }));
  CHECK(first.source().ready());
  CHECK(second.source().ready());
}

TEST_CASE("KafkaSource: of two daemons with one group the elder stops",
          "[kafka]") {
  REQUIRE_BROKER();
  const std::string topic = cluster.NewTopic("twice", 1);
  const std::string group = cluster.FreeName("group");
  Fill(&cluster, topic, 1, 10);
  KafkaReader elder(Options(cluster.address(), topic, group));
  REQUIRE(elder.source().Start({}).ok());
  REQUIRE(elder.UntilCount(10));
  KafkaReader younger(Options(cluster.address(), topic, group));
  REQUIRE(younger.source().Start({{Of(0), 5}}).ok());
  REQUIRE(younger.UntilCount(5));
  CHECK_FALSE(elder.Until([] { return false; }));
  CHECK(absl::IsFailedPrecondition(elder.failure));
  CHECK(Message(elder.failure).find("is another process running") !=
        std::string::npos);
}

TEST_CASE("KafkaSource: properties that librdkafka refuses are named") {
  KafkaSourceOptions options = Options("127.0.0.1:1", "t", "g");
  options.properties = {{"no.such.thing", "1"}};
  KafkaReader reader(options);
  const Status started = reader.source().Start({});
  CHECK(absl::IsInvalidArgument(started));
  CHECK(Message(started).find("no.such.thing") != std::string::npos);
}

TEST_CASE("KafkaSource: a session that its heartbeats cannot keep is refused") {
  KafkaSourceOptions options = Options("127.0.0.1:1", "t", "g");
  options.properties = {{"session.timeout.ms", "8000"}};
  KafkaReader reader(options);
  const Status started = reader.source().Start({});
  CHECK(absl::IsInvalidArgument(started));
  CHECK(Message(started).find("heartbeat.interval.ms") != std::string::npos);
}

// One in-process broker that can be switched off.
class MockBroker {
 public:
  MockBroker() {
    std::array<char, 256> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    REQUIRE(owner_ != nullptr);
    mock_ = rd_kafka_mock_cluster_new(owner_, 1);
    REQUIRE(mock_ != nullptr);
  }
  ~MockBroker() {
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(owner_);
  }
  std::string address() const {
    return rd_kafka_mock_cluster_bootstraps(mock_);
  }
  void Create(const std::string& topic, int partitions) {
    rd_kafka_mock_topic_create(mock_, topic.c_str(), partitions, 1);
  }
  void SetUp(bool up) {
    if (up) {
      rd_kafka_mock_broker_set_up(mock_, 1);
    } else {
      rd_kafka_mock_broker_set_down(mock_, 1);
    }
  }

 private:
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* mock_ = nullptr;
};

TEST_CASE(
    "KafkaSource: a lost broker is not caught up, not ready; then again") {
  MockBroker broker;
  broker.Create("t", 2);
  KafkaCluster cluster(broker.address());
  Fill(&cluster, "t", 2, 10);
  KafkaReader reader(Options(broker.address(), "t", "g"));
  REQUIRE(reader.source().Start({}).ok());
  REQUIRE(reader.UntilCount(20));
  REQUIRE(reader.Until([&] { return reader.caught_up(); }));

  broker.SetUp(false);
  REQUIRE(reader.Until([&] { return !reader.source().ready(); }));
  reader.For(2 * kSecond);
  CHECK_FALSE(reader.caught_up());
  CHECK_FALSE(reader.source().ready());
  CHECK(reader.logged.size() == 1);
  CHECK(reader.source().why().find(broker.address()) != std::string::npos);

  broker.SetUp(true);
  REQUIRE(reader.Until([&] { return reader.source().ready(); }));
  CHECK(reader.Until([&] { return reader.caught_up(); }));
  CHECK(reader.Logged(6, "answers again") == 1);
  Fill(&cluster, "t", 2, 5);
  REQUIRE(reader.UntilCount(30));
  CHECK(reader.offsets[Of(0)].size() == 15);
  CHECK(reader.holes.empty());
}

}  // namespace
}  // namespace tocsin::connectors
