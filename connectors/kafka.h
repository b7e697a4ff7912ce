// SPDX-License-Identifier: Apache-2.0
//
// Kafka: librdkafka's C API behind owning handles, and the settings that both
// directions share. The C++ wrapper of librdkafka is not used: it allocates
// one object per message.
//
// Threads: as librdkafka says; see KafkaSource and KafkaSink.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>

#include "engine/base/status.h"

namespace tocsin::connectors {

using KafkaProperties = std::map<std::string, std::string>;
// Level as syslog has it (3 error, 4 warning, 6 info), and the text.
using KafkaLog = std::function<void(int level, const std::string& text)>;

struct KafkaConfDelete {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaConfDelete>;

struct KafkaListDelete {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using KafkaList =
    std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaListDelete>;

struct KafkaQueueDelete {
  void operator()(rd_kafka_queue_t* queue) const {
    rd_kafka_queue_destroy(queue);
  }
};
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaQueueDelete>;

// A configuration from defaults and the user's properties, which win.
// InvalidArgument names the property that librdkafka refuses.
StatusOr<KafkaConf> MakeKafkaConf(const KafkaProperties& defaults,
                                  const KafkaProperties& properties);

}  // namespace tocsin::connectors
