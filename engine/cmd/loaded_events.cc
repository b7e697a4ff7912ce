// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/loaded_events.h"

#include <utility>

#include <sys/resource.h>

#include "connectors/file_source.h"
#include "engine/base/clock.h"

namespace tocsin {
namespace {

// Positions in a slab have 32 bits; chunks stay far below.
constexpr size_t kChunkBytes = 64 << 20;
constexpr size_t kChunkEvents = 1 << 16;

}  // namespace

StatusOr<LoadedEvents> LoadEvents(const std::string& path,
                                  const Limits& limits) {
  const SystemClock clock;
  const TimeNs start = clock.Mono();
  connectors::FileSourceOptions options;
  options.input = InputId{0};
  options.path = path;
  options.line_limit = static_cast<size_t>(limits.event_bytes);
  connectors::FileSource source(options);
  RETURN_IF_ERROR(source.Start({}));
  LoadedEvents loaded;
  while (!source.finished()) {
    Batch chunk;
    RETURN_IF_ERROR(source.Poll(0, kChunkEvents, kChunkBytes, &chunk));
    loaded.events += chunk.messages.size();
    loaded.bytes += chunk.slab.size();
    chunk.Seal();
    loaded.chunks.push_back(std::move(chunk));
  }
  loaded.seconds = static_cast<double>(clock.Mono() - start) / kSecond;
  return loaded;
}

double CpuSeconds() {
  struct rusage usage {};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

uint64_t PeakMemory() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace tocsin
