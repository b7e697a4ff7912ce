// SPDX-License-Identifier: Apache-2.0
//
// KafkaCluster: topics and records of the broker that TOCSIN_KAFKA names, for
// tests. Every topic has a name of its own and is deleted at the end.
// TcpDoor: a port that leads to the broker once it is opened, so that a test
// can begin without one.
//
// Errors: a broker that refuses fails the test. Threads: one owner.
// Tested by: tests/connectors/kafka_test.cc
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace tocsin::testing {

// Host and port; nothing where TOCSIN_KAFKA is not set: tests then SKIP().
std::optional<std::string> KafkaAddress();

struct KafkaRecord {
  int32_t partition = 0;
  int64_t offset = 0;
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

class KafkaCluster {
 public:
  explicit KafkaCluster(std::string address);
  ~KafkaCluster();
  KafkaCluster(const KafkaCluster&) = delete;
  KafkaCluster& operator=(const KafkaCluster&) = delete;

  const std::string& address() const { return address_; }
  // A name that no other test uses; nothing is created.
  std::string FreeName(std::string_view about);
  void Create(const std::string& topic, int partitions,
              const std::map<std::string, std::string>& settings = {});
  std::string NewTopic(std::string_view about, int partitions);
  void Delete(const std::string& topic);
  // Deletes what is below `before`, as retention does.
  void Trim(const std::string& topic, int32_t partition, int64_t before);
  void Grow(const std::string& topic, int partitions);

  // Hands a record over; it is there after Flush().
  void Produce(const std::string& topic, int32_t partition,
               std::string_view value, std::string_view key = {},
               int64_t time_ms = 0);
  void ProduceNull(const std::string& topic, int32_t partition);
  void Flush();

  // Everything in a topic, by partition and offset.
  std::vector<KafkaRecord> Read(const std::string& topic, int partitions);
  // The offset that the group has committed; -1 where it has none.
  int64_t Committed(const std::string& group, const std::string& topic,
                    int32_t partition);

 private:
  rd_kafka_t* Consumer(const std::string& group) const;

  std::string address_;
  std::string suffix_;
  int count_ = 0;
  std::vector<std::string> topics_;
  rd_kafka_t* producer_ = nullptr;
};

class TcpDoor {
 public:
  explicit TcpDoor(std::string target);  // closed
  ~TcpDoor();
  TcpDoor(const TcpDoor&) = delete;
  TcpDoor& operator=(const TcpDoor&) = delete;

  std::string address() const;
  void Open();

 private:
  void Run();

  std::string target_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace tocsin::testing
