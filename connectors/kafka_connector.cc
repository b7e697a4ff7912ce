// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka_connector.h"

#include "connectors/kafka_sink.h"
#include "connectors/kafka_source.h"

namespace tocsin::connectors {
namespace {

constexpr SettingRow kInput[] = {
    {"brokers", SettingKind::kText, true},
    {"topics", SettingKind::kList, true},
    {"group", SettingKind::kText, false},
    {"start", SettingKind::kText, false},
    {"properties", SettingKind::kMap, false},
};
constexpr SettingRow kOutput[] = {
    {"brokers", SettingKind::kText, true},
    {"topic", SettingKind::kText, true},
    {"properties", SettingKind::kMap, false},
};

StatusOr<std::unique_ptr<MessageSource>> OpenInput(
    const InputRequest& request) {
  KafkaSourceOptions options;
  options.brokers = request.settings.Text("brokers");
  const std::vector<std::string> topics = request.settings.List("topics");
  for (size_t i = 0; i < topics.size(); ++i) {
    options.topics.push_back({request.inputs[i], topics[i]});
  }
  options.group = request.settings.Text("group", "tocsin");
  options.member = request.name;
  options.start = request.settings.Text("start", "earliest");
  if (options.start != "earliest" && options.start != "latest") {
    return InvalidArgument(StrCat("input ", request.name, ": kafka start is '",
                                  options.start,
                                  "'; write earliest or latest"));
  }
  options.properties = request.settings.Map("properties");
  options.bounded = request.bounded;
  return std::make_unique<KafkaSource>(options, request.log);
}

StatusOr<std::unique_ptr<RecordSink>> OpenOutput(const OutputRequest& request) {
  KafkaSinkOptions options;
  options.brokers = request.settings.Text("brokers");
  options.topic = request.settings.Text("topic");
  options.properties = request.settings.Map("properties");
  return OpenKafkaSink(options, request.log);
}

}  // namespace

Connector KafkaConnector() {
  Connector row;
  row.name = "kafka";
  row.input = kInput;
  row.output = kOutput;
  row.topics = [](const Settings& settings) { return settings.List("topics"); };
  row.open_input = &OpenInput;
  row.open_output = &OpenOutput;
  return row;
}

}  // namespace tocsin::connectors
