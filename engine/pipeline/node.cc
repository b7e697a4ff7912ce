// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/node.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "engine/pipeline/apply_stage.h"
#include "engine/pipeline/boot.h"
#include "engine/pipeline/clock_notes.h"
#include "engine/pipeline/ingest.h"
#include "engine/pipeline/log_stage.h"
#include "engine/pipeline/node_state.h"
#include "engine/pipeline/output_stage.h"
#include "engine/pipeline/queue.h"
#include "engine/pipeline/sink_writer.h"
#include "engine/pipeline/worker_pool.h"

namespace tocsin {
namespace {

constexpr int kWarning = 4;
constexpr int kInfo = 6;
constexpr size_t kFrames = 8;  // few: see Ingest
constexpr size_t kOutputs = 64;
constexpr DurationNs kRetry = 50 * kMillisecond;

std::vector<Resume> PositionsOf(const LogTail& tail) {
  std::vector<Resume> positions;
  for (const ClockRecord& clock : tail.clocks) {
    positions.push_back({clock.partition, clock.next_offset});
  }
  return positions;
}

}  // namespace

struct EngineNode::Impl {
  Impl(NodeOptions the_options, std::unique_ptr<MessageSource> the_source,
       NodeSinks sinks)
      : options(std::move(the_options)),
        state(options.log),
        source(std::move(the_source)),
        findings("findings", std::move(sinks.findings), &state),
        incidents("incidents", std::move(sinks.incidents), &state),
        dead_letters("dead_letters", std::move(sinks.dead_letters), &state),
        frames(kFrames),
        outputs(kOutputs) {
    options.workers = std::max(options.workers, 1);
  }

  ~Impl() {
    state.Abandon();
    CloseQueues();
    for (std::thread& thread : threads) thread.join();
  }

  void CloseQueues() {
    frames.Close();
    outputs.Close();
  }

  // Runs a stage's thread; what it returns other than OK ends the daemon.
  void Launch(Status (Impl::*run)()) {
    {
      const std::lock_guard lock(mutex);
      ++running;
    }
    threads.emplace_back([this, run] {
      const Status ended = (this->*run)();
      if (!ended.ok()) state.Fail(ended);
      const std::lock_guard lock(mutex);
      --running;
      ended_one.notify_all();
    });
  }

  Status RunIngest() {
    Ingest stage(options, source.get(), pool.get(), &notes, &state);
    Status status;
    while (status.ok() && !state.stopping()) status = stage.Step();
    pool->Finish();
    return status;
  }

  Status RunLog() {
    LogStage stage(options, booted.log->tail(), booted.log.get(), pool.get(),
                   &notes, &dead_letters, &frames, &state);
    while (!state.ending() && !stage.done()) {
      ASSIGN_OR_RETURN(const bool moved, stage.Step());
      if (!moved) state.Sleep(kRetry);
    }
    frames.Close();
    return OkStatus();
  }

  Status RunApply() {
    ApplyStage stage(options, booted.detection.get(), &outputs, &state);
    RETURN_IF_ERROR(stage.CatchUp(booted.reader.get(), caught_up_at));
    state.SetStarted();
    while (const std::optional<Frame> frame = frames.Pop()) {
      if (state.ending() || !stage.Apply(*frame)) return OkStatus();
    }
    if (!state.ending()) stage.Copy();
    outputs.Close();
    return OkStatus();
  }

  Status RunOutput() {
    OutputStage stage(options, booted.snapshots.get(), &findings, &incidents,
                      &outputs, &state);
    while (!state.ending() && !stage.done()) {
      ASSIGN_OR_RETURN(const bool moved, stage.Step());
      if (!moved) state.Sleep(kRetry);
    }
    return OkStatus();
  }

  NodeOptions options;
  NodeState state;
  std::unique_ptr<MessageSource> source;
  SinkWriter findings;
  SinkWriter incidents;
  SinkWriter dead_letters;
  Booted booted;
  uint64_t caught_up_at = 0;  // the log's last frame at boot
  std::unique_ptr<WorkerPool> pool;
  ClockNotes notes;
  Queue<Frame> frames;
  Queue<NodeOutput> outputs;

  std::mutex mutex;
  std::condition_variable ended_one;
  int running = 0;
  std::vector<std::thread> threads;
};

EngineNode::EngineNode(NodeOptions options,
                       std::unique_ptr<MessageSource> source, NodeSinks sinks)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(source),
                                   std::move(sinks))) {}

EngineNode::~EngineNode() = default;

Status EngineNode::Start() {
  Impl& node = *impl_;
  ASSIGN_OR_RETURN(node.booted, Boot(node.options, &node.findings,
                                     &node.incidents, &node.state));
  const LogTail tail = node.booted.log->tail();
  node.caught_up_at = tail.sequence;
  node.state.SetLogged(0, tail.clocks);
  node.state.Log(kInfo,
                 StrCat("state ", node.options.state, ": the log is at frame ",
                        tail.sequence, ", ",
                        tail.sequence - node.booted.detection->sequence(),
                        " of them to apply"));
  RETURN_IF_ERROR(node.source->Start(PositionsOf(tail)));
  node.state.SetProblem("input",
                        node.source->ready() ? "" : node.source->why());
  node.pool = std::make_unique<WorkerPool>(
      node.options.plan, node.options.inputs, node.options.workers,
      static_cast<size_t>(node.options.plan->limits.slabs));
  node.Launch(&Impl::RunOutput);
  node.Launch(&Impl::RunApply);
  node.Launch(&Impl::RunLog);
  node.Launch(&Impl::RunIngest);
  return OkStatus();
}

void EngineNode::Stop() { impl_->state.Stop(); }

Status EngineNode::Wait() {
  Impl& node = *impl_;
  TimeNs stop_by = kMaxTime;
  std::unique_lock lock(node.mutex);
  while (node.running > 0) {
    node.ended_one.wait_for(lock, std::chrono::nanoseconds(kRetry));
    const TimeNs now = node.options.clock->Mono();
    if (node.state.stopping() && stop_by == kMaxTime) {
      stop_by = AddSaturating(now, node.options.drain_timeout);
    }
    if (now >= stop_by && !node.state.ending()) {
      node.state.Log(kWarning,
                     "stop: not everything could be finished in time; the "
                     "rest follows from the log at the next start");
      node.state.Abandon();
    }
    if (node.state.ending()) node.CloseQueues();
  }
  lock.unlock();
  for (std::thread& thread : node.threads) thread.join();
  node.threads.clear();
  const Status why = node.state.failure();
  if (why.ok()) {
    node.state.Log(kInfo, StrCat("stopped: the log is at frame ",
                                 node.booted.log->tail().sequence));
  }
  return why;
}

Health EngineNode::healthy() const { return impl_->state.healthy(); }
Health EngineNode::ready() const { return impl_->state.ready(); }
const Metrics& EngineNode::metrics() const { return impl_->state.metrics(); }

}  // namespace tocsin
