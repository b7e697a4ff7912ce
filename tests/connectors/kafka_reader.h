// SPDX-License-Identifier: Apache-2.0
//
// KafkaReader: a KafkaSource under test, what it delivered and what it logged.
//
// Threads: one owner. Tested by: tests/connectors/kafka_test.cc
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "connectors/kafka_source.h"
#include "engine/base/clock.h"
#include "tests/broker/kafka_cluster.h"

namespace tocsin::connectors {

class KafkaReader {
 public:
  explicit KafkaReader(KafkaSourceOptions options)
      : source_(std::move(options), [this](int level, const std::string& text) {
          logged.emplace_back(level, text);
        }) {}

  KafkaSource& source() { return source_; }

  // Polls once and keeps what came.
  Status Poll(size_t max_messages = 4096, size_t max_bytes = 1 << 20) {
    Batch batch;
    const Status polled =
        source_.Poll(20 * kMillisecond, max_messages, max_bytes, &batch);
    for (const RawMessage& message : batch.messages) {
      messages.push_back(message);
      texts[message.partition].emplace_back(batch.bytes(message));
      offsets[message.partition].push_back(message.offset);
    }
    for (const Hole& hole : source_.TakeHoles()) holes.push_back(hole);
    last_bytes = batch.slab.size();
    return polled;
  }

  // Polls until `done`; false after `limit`. Other errors than Unavailable
  // end it.
  bool Until(const std::function<bool()>& done,
             DurationNs limit = 20 * kSecond) {
    const SystemClock clock;
    const TimeNs end = clock.Mono() + limit;
    while (!done()) {
      if (clock.Mono() > end) return false;
      failure = Poll();
      if (!failure.ok() && !absl::IsUnavailable(failure)) return done();
    }
    return true;
  }
  bool UntilCount(size_t count) {
    return Until([&] { return messages.size() >= count; });
  }
  bool UntilReady() {
    return Until([&] { return source_.ready(); });
  }
  // Polls for a while, whatever comes.
  void For(DurationNs time) {
    (void)Until([] { return false; }, time);
  }
  bool caught_up() const {
    const auto statuses = source_.Partitions();
    for (const PartitionStatus& status : statuses) {
      if (!status.caught_up) return false;
    }
    return !statuses.empty();
  }
  // True when a line of this level holds the text.
  int Logged(int level, const std::string& text) const {
    int count = 0;
    for (const auto& [line_level, line] : logged) {
      count += line_level == level && line.find(text) != std::string::npos;
    }
    return count;
  }

  std::vector<RawMessage> messages;
  std::map<Partition, std::vector<std::string>> texts;
  std::map<Partition, std::vector<int64_t>> offsets;
  std::vector<Hole> holes;
  std::vector<std::pair<int, std::string>> logged;
  size_t last_bytes = 0;
  Status failure;

 private:
  KafkaSource source_;
};

}  // namespace tocsin::connectors
