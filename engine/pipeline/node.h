// SPDX-License-Identifier: Apache-2.0
//
// EngineNode: the daemon behind its ports. Messages in, findings, incidents and
// dead letters out, with everything that was decided in a log on disk, so that
// a crash at any moment changes nothing in what comes out (ENGINE.md section
// 3).
//
//   threads:  ingest -> workers -> log -> apply -> output
//   queues:       slabs     results   frames    outputs      (all bounded)
//
// What is promised of the outputs: findings and incidents in a file are there
// exactly once, whatever happens; on a topic at least once, with the same id
// and bytes. Dead letters are durable before their position is, and may be
// repeated after a crash; (input, partition, offset, index) tells.
//
//   EngineNode node(options, std::move(source), std::move(sinks));
//   RETURN_IF_ERROR(node.Start());   // boot; errors say what to do
//   ... node.Stop();                 // from any thread
//   return node.Wait();              // drained, or why it had to end
//
// Threads: Start() and Wait() from one thread; the rest from any.
// Tested by: tests/engine/pipeline/node_test.cc, node_faults_test.cc
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "engine/pipeline/metrics.h"
#include "engine/pipeline/node_options.h"
#include "engine/pipeline/ports.h"
#include "engine/pipeline/status_server.h"

namespace tocsin {

class EngineNode {
 public:
  EngineNode(NodeOptions options, std::unique_ptr<MessageSource> source,
             NodeSinks sinks);
  // Without Stop() and Wait() this is as good as a crash: nothing is drained.
  ~EngineNode();
  EngineNode(const EngineNode&) = delete;
  EngineNode& operator=(const EngineNode&) = delete;

  // Takes the state folder, boots from it and starts the threads.
  // FailedPrecondition: another process has the folder, or what is stored is
  // of other rules or inputs; DataLoss: it is damaged.
  Status Start();

  // Asks for the end: input stops, everything taken is finished. Returns at
  // once.
  void Stop();

  // Until the node has ended. OK: after Stop(), drained or not within
  // `drain_timeout`. Anything else: why the daemon cannot go on.
  Status Wait();

  // No: a stage has failed; the process is about to end.
  Health healthy() const;
  // No: booting, input or output not reachable, disk full, stopping.
  Health ready() const;
  const Metrics& metrics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin
