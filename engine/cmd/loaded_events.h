// SPDX-License-Identifier: Apache-2.0
//
// LoadedEvents: a whole event file in memory, inflated, so that benchmarks
// measure the engine and not a disk or zlib.
//
// Threads: values. Tested by: tests/engine/cmd/bench_test.cc
#pragma once

#include <string>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/event/batch.h"

namespace tocsin {

struct LoadedEvents {
  std::vector<Batch> chunks;  // sealed; of input 0, partition 0
  uint64_t events = 0;
  uint64_t bytes = 0;
  double seconds = 0;  // spent reading and inflating
};

// Every line of `path` (.gz, .zst and "-" too).
StatusOr<LoadedEvents> LoadEvents(const std::string& path,
                                  const Limits& limits);

// What the calling thread has used of its processor, which does not count the
// time of others on a busy machine.
double CpuSeconds();

// The most memory that this process has had, in bytes.
uint64_t PeakMemory();

}  // namespace tocsin
