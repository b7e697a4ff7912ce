// SPDX-License-Identifier: Apache-2.0
//
// WorkerPool: the matching threads. Batches go in with their numbers, results
// come out in any order (the sequencer restores it). A fixed number of slabs
// circulates: Acquire() is the credit that lets ingest take more input.
//
// Threads: thread-safe. Each worker owns its Matcher.
// Tested by: tests/engine/pipeline/worker_pool_test.cc
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "engine/event/batch.h"
#include "engine/event/input.h"
#include "engine/match/match.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/queue.h"
#include "engine/plan/plan.h"

namespace tocsin {

class WorkerPool {
 public:
  WorkerPool(std::shared_ptr<const Plan> plan, const Inputs& inputs,
             int workers, size_t slabs);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // A free, empty batch; nothing when none became free within `wait`.
  std::optional<Batch> Acquire(DurationNs wait);
  // Gives an unused batch back.
  void Release(Batch batch);
  // Hands a sealed, numbered batch to the workers.
  void Submit(Batch batch);
  // The next finished result; nothing after `wait`, or when all is done.
  std::optional<BatchResult> NextResult(DurationNs wait);
  // No more batches will come; NextResult() ends after the last one.
  void Finish();
  // After Finish(): every result was taken.
  bool done() const { return results_.drained(); }
  // Batches taken and not given back.
  size_t in_flight() const { return slabs_ - free_.size(); }

 private:
  void Work(Matcher* matcher);

  const size_t slabs_;
  Queue<Batch> free_;
  Queue<Batch> work_;
  Queue<BatchResult> results_;
  std::vector<std::unique_ptr<Matcher>> matchers_;
  std::vector<std::thread> threads_;
  std::atomic<int> running_{0};
};

}  // namespace tocsin
