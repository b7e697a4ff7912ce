// SPDX-License-Identifier: Apache-2.0
//
// MadeUpLogs: seeded messages over several partitions in which every pattern
// of the rules in kill.rule finds something. Keys are spread over partitions,
// events are up to 3 s out of order, a few are late, malformed or empty. Each
// partition ends with markers up to time T, long after the last event, that no
// rule reads.
//
// Threads: a value. Tested by: tests/e2e/kill_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace tocsin::testing {

struct MadeUpLogs {
  std::vector<std::vector<std::string>> partitions;
  TimeNs end = 0;  // T
  // What a decoder makes of all of it.
  uint64_t consumed = 0;
  uint64_t dead_lettered = 0;
  uint64_t filtered = 0;
};

MadeUpLogs MakeUpLogs(uint32_t seed, size_t events, size_t partitions);

}  // namespace tocsin::testing
