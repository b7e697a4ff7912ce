// SPDX-License-Identifier: Apache-2.0
//
// KafkaSource: topics of one cluster as inputs, one InputId per topic.
//
// Following, it joins the group with a static member id, so that a restart
// takes its partitions back at once, and delivers only while it owns every
// partition of its topics: a second member would silently halve the counts.
// Positions come from the engine's log (Resume); committed group offsets are
// written for lag tools and never read. Bounded (replay), it assigns all
// partitions itself and ends at what was their end at the start.
//
// An offset that the broker no longer has is a Hole, never silence; a topic
// that is shorter than the position was recreated and stops with an error.
// caught_up means: end of partition seen, and the broker reachable. A broker or
// topic that is not there is logged once, and once more when it is back.
//
// Eager `range` assignment is used although cooperative-sticky is newer: with
// one owner of everything there is nothing to hand over, and librdkafka 2.0.2
// repeats offsets after some cooperative rebalances (fixed in 2.4.0).
//
// Threads: one owner (librdkafka 2.0.2 forbids seek, pause and assign beside
// consume). Tested by: tests/connectors/kafka_test.cc,
// tests/connectors/kafka_trouble_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka.h"
#include "engine/pipeline/ports.h"

namespace tocsin::connectors {

struct KafkaTopic {
  InputId input;
  std::string name;
};

struct KafkaSourceOptions {
  std::string brokers;
  std::vector<KafkaTopic> topics;
  std::string group;
  std::string member = "1";  // of the group: inputs of one daemon differ in it
  std::string start = "earliest";  // or "latest", resolved at the first start
  KafkaProperties properties;
  bool bounded = false;
};

class KafkaSource final : public MessageSource {
 public:
  KafkaSource(KafkaSourceOptions options, KafkaLog log);
  ~KafkaSource() override;
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  Status Start(const std::vector<Resume>& resume) override;
  Status Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
              Batch* batch) override;
  void Pause(Partition partition) override { SetPaused(partition, true); }
  void Unpause(Partition partition) override { SetPaused(partition, false); }
  std::vector<PartitionStatus> Partitions() const override;
  std::vector<Hole> TakeHoles() override;
  bool ready() const override { return owns_all_ && !lost_; }
  std::string why() const override { return why_; }
  bool finished() const override;
  void Commit(const std::vector<Resume>& durable) override;

 private:
  struct PartitionState {
    int64_t next = 0;
    int64_t end = -1;  // bounded: where it ends
    bool caught_up = false;
    bool paused = false;
    int32_t partitions = 1;
  };

  static void Rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t error,
                        rd_kafka_topic_partition_list_t* list, void* opaque);
  static void Error(rd_kafka_t* consumer, int error, const char* reason,
                    void* opaque);

  Status Discover();
  Status TryDiscover(DurationNs wait);
  void FatalError();
  void Lost(const std::string& why);
  void Found();
  StatusOr<int32_t> CountPartitions(const KafkaTopic& topic);
  Status Begin(const KafkaTopic& topic, int32_t number, int32_t partitions);
  Status Join();
  void Assigned(rd_kafka_topic_partition_list_t* list);
  void Revoked();
  void Fetch(DurationNs wait, size_t max_messages);
  void Take(const rd_kafka_message_t& message, Batch* batch);
  void TakeEvent(const rd_kafka_message_t& message);
  void FellOffTheLog(Partition partition, PartitionState* state);
  void CheckReachable();
  void Reassign();
  void PauseAgain();
  KafkaList Positions() const;
  void SetPaused(Partition partition, bool paused);
  bool Ended(const PartitionState& state) const;
  const std::string* TopicOf(InputId input) const;
  InputId InputOf(const rd_kafka_message_t& message);
  KafkaList ListOf(Partition partition, int64_t offset) const;

  KafkaSourceOptions options_;
  KafkaLog log_;
  rd_kafka_t* consumer_ = nullptr;
  KafkaQueue queue_;
  std::map<Partition, int64_t> resume_;
  bool resumed_ = false;  // some state exists: new partitions start at 0
  bool discovered_ = false;
  bool joined_ = false;
  bool owns_all_ = false;
  bool lost_ = false;  // an error since the broker last answered
  int64_t lost_polls_ = 0;
  std::map<Partition, PartitionState> partitions_;
  std::vector<Hole> holes_;
  std::string why_ = "not started";
  Status failed_;
  std::vector<rd_kafka_message_t*> fetched_;
  size_t taken_ = 0;  // of fetched_
  const rd_kafka_topic_t* last_topic_ = nullptr;
  InputId last_input_;
};

}  // namespace tocsin::connectors
