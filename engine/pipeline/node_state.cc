// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/node_state.h"

#include <chrono>
#include <utility>

namespace tocsin {
namespace {

constexpr int kWarning = 4;
constexpr int kInfo = 6;

}  // namespace

void NodeState::Log(int level, const std::string& text) const {
  if (log_) log_(level, text);
}

void NodeState::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void NodeState::Abandon() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  ending_ = true;
  changed_.notify_all();
}

void NodeState::Fail(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_.ok()) failure_ = why;
  }
  Abandon();
}

Status NodeState::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void NodeState::Sleep(DurationNs wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::nanoseconds(wait),
                    [&] { return ending_.load(); });
}

void NodeState::SetProblem(std::string_view what, const std::string& why) {
  bool was_known = false;
  {
    const std::lock_guard lock(mutex_);
    const auto known = problems_.find(what);
    was_known = known != problems_.end();
    if (why.empty() && !was_known) return;
    if (why.empty()) {
      problems_.erase(known);
    } else {
      problems_[std::string(what)] = why;
    }
  }
  if (what == "input") return;
  if (why.empty()) {
    Log(kInfo, StrCat(what, ": works again"));
  } else if (!was_known) {
    Log(kWarning, StrCat(what, ": ", why, "; trying again"));
  }
}

Health NodeState::healthy() const {
  const Status why = failure();
  return {why.ok(), Message(why)};
}

Health NodeState::ready() const {
  const Health health = healthy();
  if (!health.ok) return health;
  if (stopping_) return {false, "stopping"};
  if (!started_) return {false, "starting"};
  const std::lock_guard lock(mutex_);
  std::string all;
  for (const auto& [what, why] : problems_) {
    all += StrCat(all.empty() ? "" : "; ", what, ": ", why);
  }
  return {all.empty(), all};
}

void NodeState::SetLogged(uint64_t batch, std::vector<ClockRecord> clocks) {
  const std::lock_guard lock(mutex_);
  logged_batch_ = batch;
  clocks_ = std::move(clocks);
  changed_.notify_all();
}

std::vector<ClockRecord> NodeState::clocks() const {
  const std::lock_guard lock(mutex_);
  return clocks_;
}

bool NodeState::WaitLogged(uint64_t batch, DurationNs wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::nanoseconds(wait),
                    [&] { return ending_ || logged_batch_ >= batch; });
  return logged_batch_ >= batch;
}

}  // namespace tocsin
