// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka.h"

#include <array>
#include <cstdlib>

namespace tocsin::connectors {
namespace {

Status SetProperty(rd_kafka_conf_t* conf, const std::string& name,
                   const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(),
                        why.size()) != RD_KAFKA_CONF_OK) {
    return InvalidArgument(StrCat("kafka property ", name, " = ", value, ": ",
                                  std::string_view(why.data())));
  }
  return OkStatus();
}

// librdkafka accepts this and then loses its session again and again.
Status CheckHeartbeat(const KafkaProperties& all) {
  const auto value = [&](const char* name, long otherwise) {
    const auto found = all.find(name);
    return found == all.end() ? otherwise : std::atol(found->second.c_str());
  };
  const long heartbeat = value("heartbeat.interval.ms", 3000);
  const long session = value("session.timeout.ms", 45000);
  if (heartbeat * 3 > session) {
    return InvalidArgument(StrCat(
        "kafka property session.timeout.ms = ", session,
        " must be at least three times heartbeat.interval.ms = ", heartbeat));
  }
  return OkStatus();
}

}  // namespace

StatusOr<KafkaConf> MakeKafkaConf(const KafkaProperties& defaults,
                                  const KafkaProperties& properties) {
  KafkaProperties all = properties;
  all.insert(defaults.begin(), defaults.end());
  RETURN_IF_ERROR(CheckHeartbeat(all));
  KafkaConf conf(rd_kafka_conf_new());
  // What librdkafka would print by itself comes through the error callbacks.
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  for (const auto& [name, value] : all) {
    RETURN_IF_ERROR(SetProperty(conf.get(), name, value));
  }
  return conf;
}

}  // namespace tocsin::connectors
