// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/worker_pool.h"

#include <utility>

namespace tocsin {

WorkerPool::WorkerPool(std::shared_ptr<const Plan> plan, const Inputs& inputs,
                       int workers, size_t slabs)
    : slabs_(slabs), free_(slabs), work_(slabs), results_(slabs) {
  for (size_t i = 0; i < slabs; ++i) free_.Push(Batch{});
  running_ = workers;
  for (int i = 0; i < workers; ++i) {
    matchers_.push_back(std::make_unique<Matcher>(plan, inputs));
    threads_.emplace_back(&WorkerPool::Work, this, matchers_.back().get());
  }
}

WorkerPool::~WorkerPool() {
  work_.Close();
  results_.Close();
  free_.Close();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Work(Matcher* matcher) {
  while (std::optional<Batch> batch = work_.Pop()) {
    BatchResult result;
    matcher->Run(*batch, &result);
    batch->Clear();
    results_.Push(std::move(result));
    free_.Push(std::move(*batch));
  }
  if (--running_ == 0) results_.Close();
}

std::optional<Batch> WorkerPool::Acquire(DurationNs wait) {
  return free_.PopFor(wait);
}

void WorkerPool::Release(Batch batch) {
  batch.Clear();
  free_.Push(std::move(batch));
}

void WorkerPool::Submit(Batch batch) { work_.Push(std::move(batch)); }

std::optional<BatchResult> WorkerPool::NextResult(DurationNs wait) {
  return results_.PopFor(wait);
}

void WorkerPool::Finish() { work_.Close(); }

}  // namespace tocsin
