// SPDX-License-Identifier: Apache-2.0
//
// Boot: from a state folder to a log that can be written and a Detection that
// has applied a prefix of it (ENGINE.md section 3, step 1). What is stored and
// does not fit the rules or inputs is refused, never dropped.
//
//   STATE/lock  rules (hash of the bundle)  log/  snapshots/
//
// Threads: one, before any stage runs.
// Tested by: tests/engine/pipeline/node_test.cc, node_faults_test.cc
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/log/file_log.h"
#include "engine/pipeline/detection.h"
#include "engine/pipeline/node_options.h"
#include "engine/pipeline/node_state.h"
#include "engine/pipeline/sink_writer.h"
#include "engine/state/snapshot.h"

namespace tocsin {

struct Booted {
  std::shared_ptr<void> lock;  // of the folder
  std::unique_ptr<FileLog> log;
  std::unique_ptr<SnapshotStore> snapshots;
  std::unique_ptr<Detection> detection;
  // Stands behind what `detection` has applied; read up to the log's tail.
  std::unique_ptr<LogReader> reader;
};

// Rewinds the sinks to where the newest snapshot of the cases saw them.
// FailedPrecondition: another process has the folder, or the state is of other
// rules, inputs or another version; DataLoss: damaged. Messages say what to do.
StatusOr<Booted> Boot(const NodeOptions& options, SinkWriter* findings,
                      SinkWriter* incidents, NodeState* state);

// Removes everything that a node keeps in `folder`. FailedPrecondition:
// another process has it.
Status ResetState(Disk* disk, const std::string& folder);

// The snapshot of the cases: the marks of the sinks as of it, and the state.
std::string CasesBody(std::string_view findings_mark,
                      std::string_view incidents_mark, std::string_view cases);

}  // namespace tocsin
