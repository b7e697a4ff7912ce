// SPDX-License-Identifier: Apache-2.0
//
// NodeState: what the stages of a node tell each other beside the queues:
// whether to go on, what is wrong just now, how far the log is.
//
// Threads: thread-safe. Tested by: tests/engine/pipeline/node_test.cc
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/record.h"
#include "engine/pipeline/metrics.h"
#include "engine/pipeline/status_server.h"

namespace tocsin {

class NodeState {
 public:
  using LogFunction = std::function<void(int level, const std::string& text)>;
  explicit NodeState(LogFunction log) : log_(std::move(log)) {}

  void Log(int level, const std::string& text) const;
  Metrics& metrics() { return metrics_; }
  const Metrics& metrics() const { return metrics_; }

  // Input is to end and everything taken to be finished.
  void Stop();
  bool stopping() const { return stopping_; }
  // Everything is to end at once, finished or not.
  void Abandon();
  // As Abandon(), for this reason; the first one counts.
  void Fail(const Status& why);
  bool ending() const { return ending_; }
  Status failure() const;
  // Returns early when everything is to end.
  void Sleep(DurationNs wait);

  // Notes that `what` does not work just now, and why; "" when it does again.
  // Changes are logged, but for the source's, which logs itself.
  void SetProblem(std::string_view what, const std::string& why);
  Health healthy() const;
  Health ready() const;
  void SetStarted() { started_ = true; }

  // The log has handed on everything up to this batch; `clocks` are durable.
  void SetLogged(uint64_t batch, std::vector<ClockRecord> clocks);
  std::vector<ClockRecord> clocks() const;
  // Waits until batch `batch` is logged; false: not within `wait`.
  bool WaitLogged(uint64_t batch, DurationNs wait);

  // How full the reorder buffers are, 0 to 1.
  std::atomic<double> reorder_fill = 0;
  // Frames below are needed by nobody any more.
  std::atomic<uint64_t> trim_below = 0;
  // The last frame that detection has applied.
  std::atomic<uint64_t> applied = 0;

 private:
  const LogFunction log_;
  Metrics metrics_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> started_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> ending_ = false;
  Status failure_;
  std::map<std::string, std::string, std::less<>> problems_;
  std::vector<ClockRecord> clocks_;
  uint64_t logged_batch_ = 0;
};

}  // namespace tocsin
