// SPDX-License-Identifier: Apache-2.0
//
// NodeMetrics: the counters of the stages under their names in /metrics
// (metrics.cc has the table).
//
// Threads: pure functions over thread-safe Metrics.
// Tested by: tests/engine/pipeline/node_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "engine/log/record.h"
#include "engine/match/match.h"
#include "engine/pipeline/detection.h"
#include "engine/pipeline/metrics.h"
#include "engine/pipeline/node_options.h"

namespace tocsin {

// Adds what one batch counted.
void CountMatches(const MatchCounters& counters, Metrics* metrics);

// The ledger, positions and clocks of all partitions, as of the durable frame.
void CountInput(const NodeOptions& options,
                const std::vector<ClockRecord>& clocks, uint64_t durable,
                Metrics* metrics);

// The state of all shards and of the cases.
void CountDetection(const Detection& detection, Metrics* metrics);

// Adds what one frame caused.
void CountOutputs(const Outputs& outputs, Metrics* metrics);

}  // namespace tocsin
