// SPDX-License-Identifier: Apache-2.0
//
// Segment: the bytes of a log file, entry by entry:
//   magic, size of the payload, CRC-32 of what follows and of the size,
//   `durable` (last sequence known durable when this was written), payload
// The payload is a head (inputs and clocks, first in the file) or a frame.
//
// Threads: pure functions. Tested by: tests/engine/log/file_log_test.cc,
// tests/fuzz/log_reader_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/record.h"

namespace tocsin {

enum class EntryKind : uint8_t { kHead = 1, kFrame = 2 };

struct Entry {
  EntryKind kind = EntryKind::kFrame;
  uint64_t durable = 0;
  uint64_t sequence = 0;            // of its frame
  std::string_view frame;           // DecodeFrame() reads it
  std::vector<std::string> inputs;  // kHead
  size_t size = 0;                  // in the file
};

// Bytes before the payload.
inline constexpr size_t kEntryHeader = 20;

// Appends an entry. A head carries a frame with all clocks.
void AppendHead(const Frame& clocks, const std::vector<std::string>& inputs,
                uint64_t durable, std::string* out);
void AppendEntry(const Frame& frame, uint64_t durable, std::string* out);

// The size of the entry that begins here, as its first kEntryHeader bytes
// claim; nothing when they are no such header.
std::optional<uint64_t> ClaimedSize(std::string_view header);

// The entry that `bytes` begin with; nothing when it is damaged or cut. It
// borrows from `bytes`.
std::optional<Entry> ParseEntry(std::string_view bytes);

// The highest `durable` of all whole entries in `bytes`, wherever they begin;
// nothing when there is none.
std::optional<uint64_t> HighestDurable(std::string_view bytes);

// "00000000000000000042.log" and back; nothing for other names.
std::string SegmentName(uint64_t first);
std::optional<uint64_t> SegmentFirst(std::string_view name);

}  // namespace tocsin
