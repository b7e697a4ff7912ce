// SPDX-License-Identifier: Apache-2.0
//
// Metrics: named counters and gauges in Prometheus' text format (exposition
// format 0.0.4). Names start with tocsin_, counters end in _total, units are
// base units. Labels never carry keys or other values from events.
//
// Threads: thread-safe; stages update once per batch, not per event.
// Tested by: tests/engine/pipeline/metrics_test.cc
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  // Adds to a counter.
  void Add(std::string_view name, double by, const Labels& labels = {});
  // Sets a gauge, or a counter that is kept elsewhere.
  void Set(std::string_view name, double value, const Labels& labels = {});
  // The value; 0 when it was never touched.
  double Get(std::string_view name, const Labels& labels = {}) const;

  // Everything, sorted by name and labels, with HELP and TYPE lines from the
  // table in metrics.cc.
  std::string Render() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, double>, std::less<>> values_;
};

}  // namespace tocsin
