// SPDX-License-Identifier: Apache-2.0
//
// Queue: a bounded queue between two stages of the daemon. Slabs are credits:
// as many batches exist as every queue can hold, so Push() never has to wait
// in the steady state and no cycle of full queues can form.
//
// Threads: thread-safe. Tested by: tests/engine/pipeline/queue_test.cc
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/time.h"

namespace tocsin {

template <typename T>
class Queue {
 public:
  explicit Queue(size_t capacity) : capacity_(capacity) {}

  // Waits while the queue is full; false: it was closed, `item` is lost.
  bool Push(T item) {
    std::unique_lock lock(mutex_);
    can_push_.wait(lock, [&] { return closed_ || items_.size() < capacity_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    can_pop_.notify_one();
    return true;
  }

  // Waits for an item; nothing once the queue is closed and empty.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    can_pop_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return Take();
  }

  // As Pop(), but gives up after `wait`.
  std::optional<T> PopFor(DurationNs wait) {
    std::unique_lock lock(mutex_);
    can_pop_.wait_for(lock, std::chrono::nanoseconds(wait),
                      [&] { return closed_ || !items_.empty(); });
    return Take();
  }

  // No more pushes; what is inside can still be popped.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    can_push_.notify_all();
    can_pop_.notify_all();
  }

  bool drained() const {
    std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }
  size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  std::optional<T> Take() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    can_push_.notify_one();
    return item;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable can_push_;
  std::condition_variable can_pop_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace tocsin
