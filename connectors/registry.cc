// SPDX-License-Identifier: Apache-2.0
#include "connectors/registry.h"

#include "connectors/file.h"
#include "connectors/kafka_connector.h"

namespace tocsin::connectors {
namespace {

template <typename Values>
typename Values::mapped_type Find(const Values& values, const std::string& name,
                                  typename Values::mapped_type otherwise) {
  const auto found = values.find(name);
  return found == values.end() ? otherwise : found->second;
}

}  // namespace

std::string Settings::Text(const std::string& name,
                           const std::string& otherwise) const {
  return Find(texts, name, otherwise);
}
std::vector<std::string> Settings::List(const std::string& name) const {
  return Find(lists, name, {});
}
std::map<std::string, std::string> Settings::Map(
    const std::string& name) const {
  return Find(maps, name, {});
}
bool Settings::Bool(const std::string& name) const {
  return Find(bools, name, false);
}

std::span<const Connector> Connectors() {
  static const Connector kConnectors[] = {KafkaConnector(), FileConnector()};
  return kConnectors;
}

const Connector* FindConnector(std::string_view name) {
  for (const Connector& connector : Connectors()) {
    if (name == connector.name) return &connector;
  }
  return nullptr;
}

}  // namespace tocsin::connectors
