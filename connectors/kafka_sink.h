// SPDX-License-Identifier: Apache-2.0
//
// KafkaSink: records to a topic with the idempotent producer: acks=all, no
// time limit for delivery, no gap in the order. A record is durable after
// Flush(). After a restart records may be repeated; they carry ids.
//
// Threads: one owner. Tested by: tests/connectors/kafka_sink_test.cc
#pragma once

#include <memory>
#include <string>

#include "connectors/kafka.h"
#include "engine/base/time.h"
#include "engine/pipeline/ports.h"

namespace tocsin::connectors {

struct KafkaSinkOptions {
  std::string brokers;
  std::string topic;
  KafkaProperties properties;
  // Flush() gives up (Unavailable, to be called again) after this.
  DurationNs flush_wait = 5 * kSecond;
};

StatusOr<std::unique_ptr<RecordSink>> OpenKafkaSink(
    const KafkaSinkOptions& options, KafkaLog log);

}  // namespace tocsin::connectors
