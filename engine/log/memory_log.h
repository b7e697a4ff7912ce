// SPDX-License-Identifier: Apache-2.0
//
// MemoryLog: the log of replay, test and bench. Frames move through it: the
// reader that consumes them with Pop() costs no copy.
//
// Threads: thread-safe. A reader must not outlive its log.
// Tested by: tests/engine/log/memory_log_test.cc
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "engine/log/log.h"

namespace tocsin {

class MemoryLog final : public LogWriter {
 public:
  // The first frame has the sequence `next`.
  explicit MemoryLog(uint64_t next = 1) : first_(next), durable_(next - 1) {}

  Status Append(const Frame& frame) override;
  Status Append(Frame&& frame) override;
  Status Sync() override;
  uint64_t durable() const override;
  Status Trim(uint64_t sequence) override;

  // Moves out the oldest durable frame and forgets it. False: none.
  bool Pop(Frame* frame);
  // Gives copies and forgets nothing; starts at the oldest frame.
  std::unique_ptr<LogReader> NewReader();
  // Frames held, durable or not.
  size_t size() const;

 private:
  friend class MemoryLogReader;

  mutable std::mutex mutex_;
  std::deque<Frame> frames_;  // sequences first_, first_ + 1 ...
  uint64_t first_;
  uint64_t durable_;
};

}  // namespace tocsin
