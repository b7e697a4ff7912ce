// SPDX-License-Identifier: Apache-2.0
//
// Batch: messages as an input handed them over, copied into one slab so that
// nothing of the input library stays alive, with the bytes after the last one
// that simdjson may read. Numbered by ingest; the sequencer restores that
// order, so that results do not depend on the number of workers.
//
// A Batch is owned by one stage at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace tocsin {

// Readable bytes behind the last message of a slab (SIMDJSON_PADDING).
inline constexpr size_t kSlabPadding = 64;

// One partition of one topic of one input. An InputId stands for one topic of
// one configured input, in configuration order; a file is one topic with
// partition 0.
struct Partition {
  InputId input;
  int32_t number = 0;
  auto operator<=>(const Partition&) const = default;
};

// Where an event came from: evidence, and the last word in its total order.
struct Coordinate {
  Partition partition;
  int64_t offset = 0;
  uint32_t index = 0;  // which event of its message
  auto operator<=>(const Coordinate&) const = default;
};

// What a source knows of one of its partitions.
struct PartitionStatus {
  Partition partition;
  int64_t next_offset = 0;
  int64_t end_offset = -1;  // -1: unknown
  bool caught_up = false;   // end seen in the latest poll, reachable
  bool ended = false;       // bounded reading: nothing will follow, ever
  int32_t partitions = 1;   // of its input (topic), for clocks
};

// A hole in the offsets, [from, to): retention or a recreated topic.
struct Hole {
  Partition partition;
  int64_t from = 0;
  int64_t to = 0;
};

struct RawMessage {
  Partition partition;
  int64_t offset = 0;
  // Kafka's record time; kMinTime = none (files).
  TimeNs record_time = kMinTime;
  bool trusted_time = false;  // LogAppendTime: the broker's clock
  // When the file that holds it was last written; kMinTime = not a file. Only
  // completes times without a year: it is no time of the record.
  TimeNs written = kMinTime;
  bool null_payload = false;
  uint32_t begin = 0;  // in Batch::slab
  uint32_t size = 0;

  // What a time without a year takes its year from.
  TimeNs year_from() const {
    return record_time != kMinTime ? record_time : written;
  }
};

struct Batch {
  uint64_t number = 0;
  std::string slab;  // messages one after another, then kSlabPadding zeros
  std::vector<RawMessage> messages;

  // Copies a message in. Call Seal() after the last one.
  void Add(RawMessage message, std::string_view bytes) {
    message.begin = static_cast<uint32_t>(slab.size());
    message.size = static_cast<uint32_t>(bytes.size());
    slab.append(bytes);
    messages.push_back(message);
  }
  void Seal() { slab.append(kSlabPadding, '\0'); }
  std::string_view bytes(const RawMessage& message) const {
    return std::string_view(slab).substr(message.begin, message.size);
  }
  void Clear() {
    slab.clear();
    messages.clear();
  }
};

}  // namespace tocsin
