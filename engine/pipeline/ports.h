// SPDX-License-Identifier: Apache-2.0
//
// Ports: the doors of the engine to the outside. connectors/ implements them;
// the pipeline knows nothing else of Kafka or files. PartitionStatus and Hole
// are in event/batch.h, since the sequencer reads them too.
//
// Threads: a MessageSource is used by the ingest thread alone. A RecordSink is
// used by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/event/batch.h"

namespace tocsin {

// Where to go on reading: the next offset of a partition.
struct Resume {
  Partition partition;
  int64_t next_offset = 0;
};

class MessageSource {
 public:
  virtual ~MessageSource() = default;
  // Opens and seeks. A partition without a Resume starts as configured; once
  // any state exists, new partitions start at offset 0.
  virtual Status Start(const std::vector<Resume>& resume) = 0;
  // Appends what is there to `batch` (never sealed here), waiting at most
  // `wait` for the first message; stops at `max_messages` or `max_bytes` in
  // the batch. Unavailable: retry later (already logged); other errors end
  // the daemon.
  virtual Status Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
                      Batch* batch) = 0;
  virtual void Pause(Partition partition) = 0;
  virtual void Unpause(Partition partition) = 0;
  virtual std::vector<PartitionStatus> Partitions() const = 0;
  // Holes noticed since the last call.
  virtual std::vector<Hole> TakeHoles() = 0;
  // All partitions owned and known; false: not ready, with why().
  virtual bool ready() const = 0;
  virtual std::string why() const = 0;
  // Bounded reading only (replay): everything up to the end is delivered.
  virtual bool finished() const = 0;
  // Tells the outside how far the log is durable (lag tools); best effort.
  virtual void Commit(const std::vector<Resume>& durable) = 0;
};

// One outgoing record. `key` and `headers` matter to Kafka only.
struct OutRecord {
  std::string key;
  std::string value;  // one JSON object, no line end
  std::vector<std::pair<std::string, std::string>> headers;
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // Takes the record; Unavailable or ResourceExhausted: call again later,
  // nothing of it was kept.
  virtual Status Write(const OutRecord& record) = 0;
  // Everything written so far is durable (acknowledged, fsynced).
  virtual Status Flush() = 0;
  // A token that names the end of what was flushed; Rewind() to it after a
  // crash makes repeated writes exact. Kafka gives "" and ignores Rewind.
  virtual std::string Mark() const = 0;
  virtual Status Rewind(std::string_view mark) = 0;
};

}  // namespace tocsin
