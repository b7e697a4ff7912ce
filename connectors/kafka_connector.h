// SPDX-License-Identifier: Apache-2.0
//
// The row `kafka`: KafkaSource and KafkaSink in the registry.
#pragma once

#include "connectors/registry.h"

namespace tocsin::connectors {

// input: {brokers, topics, group, start, properties};
// output: {brokers, topic, properties}.
Connector KafkaConnector();

}  // namespace tocsin::connectors
