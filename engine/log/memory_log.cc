// SPDX-License-Identifier: Apache-2.0
#include "engine/log/memory_log.h"

#include <utility>

namespace tocsin {

class MemoryLogReader final : public LogReader {
 public:
  explicit MemoryLogReader(const MemoryLog* log) : log_(log) {}

  Status Seek(uint64_t sequence) override {
    const std::lock_guard lock(log_->mutex_);
    if (sequence < log_->first_) {
      return absl::OutOfRangeError(StrCat("the log begins at ", log_->first_,
                                          ", frame ", sequence, " is gone"));
    }
    next_ = sequence;
    return OkStatus();
  }

  StatusOr<bool> Next(Frame* frame) override {
    const std::lock_guard lock(log_->mutex_);
    if (next_ == 0) next_ = log_->first_;
    if (next_ > log_->durable_) return false;
    if (next_ < log_->first_) {
      return absl::OutOfRangeError(StrCat("the log begins at ", log_->first_,
                                          ", frame ", next_, " is gone"));
    }
    *frame = log_->frames_[next_ - log_->first_];
    ++next_;
    return true;
  }

 private:
  const MemoryLog* log_;
  uint64_t next_ = 0;  // 0: the oldest at the first call
};

Status MemoryLog::Append(const Frame& frame) { return Append(Frame(frame)); }

Status MemoryLog::Append(Frame&& frame) {
  const std::lock_guard lock(mutex_);
  const uint64_t next = first_ + frames_.size();
  if (frame.sequence != next) {
    return FailedPrecondition(
        StrCat("frame ", frame.sequence, " cannot follow frame ", next - 1));
  }
  frames_.push_back(std::move(frame));
  return OkStatus();
}

Status MemoryLog::Sync() {
  const std::lock_guard lock(mutex_);
  durable_ = first_ + frames_.size() - 1;
  return OkStatus();
}

uint64_t MemoryLog::durable() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

Status MemoryLog::Trim(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  while (first_ < sequence && first_ <= durable_) {
    frames_.pop_front();
    ++first_;
  }
  return OkStatus();
}

bool MemoryLog::Pop(Frame* frame) {
  const std::lock_guard lock(mutex_);
  if (first_ > durable_) return false;
  *frame = std::move(frames_.front());
  frames_.pop_front();
  ++first_;
  return true;
}

std::unique_ptr<LogReader> MemoryLog::NewReader() {
  return std::make_unique<MemoryLogReader>(this);
}

size_t MemoryLog::size() const {
  const std::lock_guard lock(mutex_);
  return frames_.size();
}

}  // namespace tocsin
