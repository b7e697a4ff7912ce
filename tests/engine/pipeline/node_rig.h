// SPDX-License-Identifier: Apache-2.0
//
// NodeRig: a node between a scripted input and outputs in memory, over a disk
// in memory; all three outlive it, as the world outlives a process.
//
// Threads: the script and the outputs are thread-safe; the rig has one owner.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/pipeline/node.h"
#include "tests/memory_disk.h"

namespace tocsin::testing {

// Partitions of input 0 and what is in them.
struct Script {
  std::vector<std::vector<std::string>> partitions;
  std::atomic<bool> reachable = true;
  std::atomic<size_t> at_most = SIZE_MAX;  // messages a partition shows
  std::atomic<size_t> delivered = 0;       // in all lives
  int burst = 5;                           // messages of a partition in a poll
  int burst_first = 5;                     // of partition 0
};

// What a sink leaves behind. Lines in order; those that were not flushed are
// lost with the process, or some of them are.
class SinkStore {
 public:
  std::unique_ptr<RecordSink> Open();
  std::vector<std::string> lines() const;
  // The process has died: what was not flushed is lost, but for `kept` lines.
  void Crash(size_t kept);
  void Refuse(bool refuse) { refuse_ = refuse; }
  // As a topic: what was written cannot be taken back.
  void BeTopic() { rewinds_ = false; }

 private:
  friend class StoreSink;
  mutable std::mutex mutex_;
  std::vector<std::string> durable_;
  std::vector<std::string> pending_;
  std::atomic<bool> refuse_ = false;
  std::atomic<bool> rewinds_ = true;
};

class NodeRig {
 public:
  NodeRig(std::shared_ptr<const Plan> plan, uint32_t seed = 1);

  // A new process. Start() is the node's.
  void Make();
  Status Start();
  // Waits until everything in the script was consumed and durable.
  void Consume();
  // Until `condition`, for a quarter of a minute at most.
  static bool Wait(const std::function<bool()>& condition);
  Status StopAndWait();
  // Power off: the process, and all that nobody had synced.
  void Crash(size_t kept_lines = 0);

  // Over all partitions.
  double Sum(const char* name) const;
  double Consumed() const;
  double Metric(const char* name, const Labels& labels = {}) const;
  EngineNode& node() { return *node_; }
  std::vector<std::string> log() const;

  NodeOptions options;  // for the next Make()
  Script script;
  SinkStore findings;
  SinkStore incidents;
  SinkStore dead_letters;
  MemoryDisk disk;

 private:
  SystemClock clock_;
  std::unique_ptr<EngineNode> node_;
  mutable std::mutex log_mutex_;
  std::vector<std::string> log_;
};

// The compiled text; fails the test where it does not compile.
std::shared_ptr<const Plan> PlanOf(const std::string& rules);
// With small batches, so that few events are many frames.
std::shared_ptr<const Plan> SmallBatches(std::shared_ptr<const Plan> plan,
                                         int64_t events, int64_t slabs = 32);

// Rules with every kind of state, and events on which they fire.
extern const char kAppRules[];
std::vector<std::vector<std::string>> AppEvents(uint32_t seed,
                                                size_t partitions, size_t each);

// Whole findings, sorted, each once; the last revision of each incident.
std::vector<std::string> Distinct(std::vector<std::string> lines);
std::map<std::string, std::string> LastRevisions(
    const std::vector<std::string>& lines);
// The text of a member `name` of the JSON object `line`.
std::string Member(const std::string& line, const std::string& name);

}  // namespace tocsin::testing
