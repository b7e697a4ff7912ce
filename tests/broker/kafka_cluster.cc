// SPDX-License-Identifier: Apache-2.0
#include "tests/broker/kafka_cluster.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <random>

#include <catch2/catch_test_macros.hpp>

namespace tocsin::testing {
namespace {

constexpr int kWaitMs = 15'000;

using Queue =
    std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;
using Event =
    std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;
using List = std::unique_ptr<rd_kafka_topic_partition_list_t,
                             decltype(&rd_kafka_topic_partition_list_destroy)>;

Queue NewQueue(rd_kafka_t* client) {
  return {rd_kafka_queue_new(client), &rd_kafka_queue_destroy};
}

List NewList() {
  return {rd_kafka_topic_partition_list_new(8),
          &rd_kafka_topic_partition_list_destroy};
}

// The answer to an administrative request; the test fails without one.
Event Await(const Queue& queue) {
  Event event{rd_kafka_queue_poll(queue.get(), kWaitMs),
              &rd_kafka_event_destroy};
  REQUIRE(event != nullptr);
  INFO(rd_kafka_event_error_string(event.get()));
  REQUIRE(rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
  return event;
}

void RequireTopicsOk(const rd_kafka_topic_result_t** results, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    INFO(rd_kafka_topic_result_name(results[i]));
    REQUIRE(rd_kafka_topic_result_error(results[i]) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
  }
}

rd_kafka_conf_t* NewConf(const std::map<std::string, std::string>& values) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, nullptr);
  for (const auto& [name, value] : values) {
    std::array<char, 256> why{};
    REQUIRE(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(),
                              why.size()) == RD_KAFKA_CONF_OK);
  }
  return conf;
}

rd_kafka_t* NewClient(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  std::array<char, 256> why{};
  rd_kafka_t* client = rd_kafka_new(type, conf, why.data(), why.size());
  INFO(why.data());
  REQUIRE(client != nullptr);
  return client;
}

KafkaRecord ToRecord(const rd_kafka_message_t& message) {
  KafkaRecord record;
  record.partition = message.partition;
  record.offset = message.offset;
  record.key.assign(static_cast<const char*>(message.key), message.key_len);
  record.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
         RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.headers.emplace_back(
          name, std::string(static_cast<const char*>(value), size));
    }
  }
  return record;
}

}  // namespace

std::optional<std::string> KafkaAddress() {
  const char* address = std::getenv("TOCSIN_KAFKA");
  if (address == nullptr || *address == '\0') return std::nullopt;
  return address;
}

KafkaCluster::KafkaCluster(std::string address)
    : address_(std::move(address)),
      suffix_(std::to_string(std::random_device{}())) {
  producer_ = NewClient(RD_KAFKA_PRODUCER,
                        NewConf({{"bootstrap.servers", address_},
                                 {"linger.ms", "2"},
                                 {"message.timeout.ms", "15000"},
                                 {"queue.buffering.max.messages", "2000000"},
                                 {"enable.idempotence", "true"}}));
}

KafkaCluster::~KafkaCluster() {
  std::vector<rd_kafka_DeleteTopic_t*> topics;
  for (const std::string& topic : topics_) {
    topics.push_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  }
  if (!topics.empty()) {
    const Queue queue = NewQueue(producer_);
    rd_kafka_DeleteTopics(producer_, topics.data(), topics.size(), nullptr,
                          queue.get());
    const Event done{rd_kafka_queue_poll(queue.get(), kWaitMs),
                     &rd_kafka_event_destroy};
    rd_kafka_DeleteTopic_destroy_array(topics.data(), topics.size());
  }
  rd_kafka_destroy(producer_);
}

std::string KafkaCluster::FreeName(std::string_view about) {
  std::string name = "test-";
  return name.append(about).append("-").append(suffix_).append("-").append(
      std::to_string(++count_));
}

void KafkaCluster::Create(const std::string& topic, int partitions,
                          const std::map<std::string, std::string>& settings) {
  rd_kafka_NewTopic_t* request =
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, nullptr, 0);
  for (const auto& [name, value] : settings) {
    rd_kafka_NewTopic_set_config(request, name.c_str(), value.c_str());
  }
  const Queue queue = NewQueue(producer_);
  rd_kafka_CreateTopics(producer_, &request, 1, nullptr, queue.get());
  rd_kafka_NewTopic_destroy(request);
  const Event event = Await(queue);
  size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  const auto** topics = rd_kafka_CreateTopics_result_topics(result, &count);
  RequireTopicsOk(topics, count);
  topics_.push_back(topic);
}

std::string KafkaCluster::NewTopic(std::string_view about, int partitions) {
  const std::string topic = FreeName(about);
  Create(topic, partitions);
  return topic;
}

void KafkaCluster::Delete(const std::string& topic) {
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
  const Queue queue = NewQueue(producer_);
  rd_kafka_DeleteTopics(producer_, &request, 1, nullptr, queue.get());
  rd_kafka_DeleteTopic_destroy(request);
  const Event event = Await(queue);
  size_t count = 0;
  const auto* result = rd_kafka_event_DeleteTopics_result(event.get());
  const auto** topics = rd_kafka_DeleteTopics_result_topics(result, &count);
  RequireTopicsOk(topics, count);
  std::erase(topics_, topic);
}

void KafkaCluster::Trim(const std::string& topic, int32_t partition,
                        int64_t before) {
  const List offsets = NewList();
  rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), partition)
      ->offset = before;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(offsets.get());
  const Queue queue = NewQueue(producer_);
  rd_kafka_DeleteRecords(producer_, &request, 1, nullptr, queue.get());
  rd_kafka_DeleteRecords_destroy(request);
  const Event event = Await(queue);
  const auto* result = rd_kafka_event_DeleteRecords_result(event.get());
  const auto* trimmed = rd_kafka_DeleteRecords_result_offsets(result);
  REQUIRE(trimmed->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::Grow(const std::string& topic, int partitions) {
  std::array<char, 256> why{};
  rd_kafka_NewPartitions_t* request = rd_kafka_NewPartitions_new(
      topic.c_str(), static_cast<size_t>(partitions), why.data(), why.size());
  const Queue queue = NewQueue(producer_);
  rd_kafka_CreatePartitions(producer_, &request, 1, nullptr, queue.get());
  rd_kafka_NewPartitions_destroy(request);
  const Event event = Await(queue);
  size_t count = 0;
  const auto* result = rd_kafka_event_CreatePartitions_result(event.get());
  const auto** topics = rd_kafka_CreatePartitions_result_topics(result, &count);
  RequireTopicsOk(topics, count);
  // The producer has to learn of them too.
  rd_kafka_topic_t* handle =
      rd_kafka_topic_new(producer_, topic.c_str(), nullptr);
  int known = 0;
  for (int i = 0; i < 100 && known < partitions; ++i) {
    const rd_kafka_metadata_t* metadata = nullptr;
    REQUIRE(rd_kafka_metadata(producer_, 0, handle, &metadata, kWaitMs) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
    known = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(handle);
  REQUIRE(known == partitions);
}

void KafkaCluster::Produce(const std::string& topic, int32_t partition,
                           std::string_view value, std::string_view key,
                           int64_t time_ms) {
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      producer_, RD_KAFKA_V_TOPIC(topic.c_str()),
      RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key.data(), key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
      RD_KAFKA_V_TIMESTAMP(time_ms), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_END);
  REQUIRE(error == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_poll(producer_, 0);
}

void KafkaCluster::ProduceNull(const std::string& topic, int32_t partition) {
  REQUIRE(rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC(topic.c_str()),
                            RD_KAFKA_V_PARTITION(partition),
                            RD_KAFKA_V_KEY("k", 1),
                            RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaCluster::Flush() {
  REQUIRE(rd_kafka_flush(producer_, kWaitMs) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

rd_kafka_t* KafkaCluster::Consumer(const std::string& group) const {
  rd_kafka_t* consumer = NewClient(
      RD_KAFKA_CONSUMER, NewConf({{"bootstrap.servers", address_},
                                  {"group.id", group},
                                  {"enable.auto.commit", "false"},
                                  {"enable.partition.eof", "true"},
                                  {"auto.offset.reset", "earliest"}}));
  rd_kafka_poll_set_consumer(consumer);
  return consumer;
}

std::vector<KafkaRecord> KafkaCluster::Read(const std::string& topic,
                                            int partitions) {
  rd_kafka_t* consumer = Consumer("reader");
  const List list = NewList();
  for (int n = 0; n < partitions; ++n) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), n)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  REQUIRE(rd_kafka_assign(consumer, list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
  std::map<std::pair<int32_t, int64_t>, KafkaRecord> records;
  int ended = 0;
  while (ended < partitions) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, kWaitMs);
    REQUIRE(message != nullptr);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      records[{message->partition, message->offset}] = ToRecord(*message);
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++ended;
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  std::vector<KafkaRecord> sorted;
  sorted.reserve(records.size());
  for (auto& [place, record] : records) sorted.push_back(std::move(record));
  return sorted;
}

int64_t KafkaCluster::Committed(const std::string& group,
                                const std::string& topic, int32_t partition) {
  rd_kafka_t* consumer = Consumer(group);
  const List list = NewList();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  REQUIRE(rd_kafka_committed(consumer, list.get(), kWaitMs) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
  const int64_t offset = list->elems[0].offset;
  rd_kafka_destroy(consumer);
  return offset < 0 ? -1 : offset;
}

}  // namespace tocsin::testing
