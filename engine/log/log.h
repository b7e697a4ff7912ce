// SPDX-License-Identifier: Apache-2.0
//
// Log: the one totally ordered list of frames between the sequencer and
// everything behind it. Memory (replay, test, bench) and file (daemon) look
// the same from here.
//
// A frame may be handed on only after a Sync() that returned OK: what readers
// see is durable, so a crash never takes back what was acted upon.
//
// Threads: a LogWriter has one owner, each LogReader one; a reader may run
// beside the writer. Tested by: tests/engine/log/memory_log_test.cc,
// file_log_test.cc, file_log_crash_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/log/record.h"

namespace tocsin {

// Where a log ends: all that a sequencer needs to go on.
struct LogTail {
  uint64_t sequence = 0;  // of the last frame; 0: empty
  TimeNs log_time = kMinTime;
  Epoch epoch = 1;
  std::vector<ClockRecord> clocks;  // the latest of each partition, ascending
};

class LogWriter {
 public:
  virtual ~LogWriter() = default;

  // Appends the frame whose sequence follows the last one.
  // ResourceExhausted: the disk is full and nothing of the frame was kept;
  // append the same frame again later. FailedPrecondition: wrong sequence.
  // Anything else: the log is closed; the process has to end and boot again.
  virtual Status Append(const Frame& frame) = 0;
  virtual Status Append(Frame&& frame) {
    const Frame& borrowed = frame;
    return Append(borrowed);
  }

  // Makes everything appended durable and visible to readers. The caller
  // decides how often (one node: at most 20 ms after an append). An error
  // closes the log: after a failed fdatasync nobody knows what is on disk.
  virtual Status Sync() = 0;

  // The last frame that readers may see.
  virtual uint64_t durable() const = 0;

  // Forgets frames below `sequence`, as far as whole pieces can go. The caller
  // passes the lowest sequence that any reader's published snapshot still
  // needs (invariant I1).
  virtual Status Trim(uint64_t sequence) = 0;
};

class LogReader {
 public:
  virtual ~LogReader() = default;

  // Next() will give the frame of this sequence, which may be one that is not
  // written yet. OutOfRange: it was trimmed away.
  virtual Status Seek(uint64_t sequence) = 0;

  // The next durable frame; false: there is none yet. DataLoss: the stored
  // bytes are damaged; the message names file, position and what to do.
  virtual StatusOr<bool> Next(Frame* frame) = 0;
};

}  // namespace tocsin
