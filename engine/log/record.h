// SPDX-License-Identifier: Apache-2.0
//
// Record: what the log carries. The log is the only road from the matcher to
// the shards and cases; every stage after it is a deterministic function of
// it, so whatever is not a pure function of the inputs (time of day, idleness,
// the active plan) is decided before and written here.
//
// Where one frame ends and the next begins follows the batches and is no part
// of the meaning. A reader takes a frame's records first, then its clocks;
// then, while nothing is clamped and no reorder buffer overflows, what it
// releases, in which order and at which event time does not depend on the
// borders of frames (sequencer.h says what the writer guarantees).
//
// Threads: values.
// Tested by: tests/engine/log/record_test.cc, tests/fuzz/log_reader_fuzz.cc
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/event/batch.h"

namespace tocsin {

// The total order of events (ENGINE.md section 2).
struct Place {
  TimeNs at = kMinTime;
  int64_t order = INT64_MIN;
  Coordinate from;
  auto operator<=>(const Place&) const = default;
};

// kMatch: a match of a stateful rule, for one shard.
// kFinding: a match of a single-event rule without `at most`: a finding that
// cases build directly.
enum class RecordKind : uint8_t {
  kMatch = 1,
  kFinding = 2,
  kClock = 3,
  kGap = 4,
  kPlan = 5,    // from here on, matches are of this epoch
  kAction = 6,  // a person's: who, what, incident, reason
};

struct MatchRecord {
  RecordKind kind = RecordKind::kMatch;
  uint32_t stratum = 0;
  uint32_t shard = 0;
  RuleId rule;
  uint64_t tests = 0;
  Hash128 key;
  Place place;
  TimeNs time = 0;   // event time t
  Hash128 identity;  // the event's; single-event rules only, else zero
  std::string body;  // match/match.h
  bool operator==(const MatchRecord&) const = default;
};

// Where a partition stands after the frame's records. One per touched
// partition and frame, and per known partition at 1 Hz; everything that the
// sequencer needs to go on after a restart.
struct ClockRecord {
  Partition partition;
  TimeNs watermark = kMinTime;  // W_p = highest - disorder, never goes back
  TimeNs highest = kMinTime;    // running max(t') behind the jump guard
  TimeNs max_time = kMinTime;   // highest t so far, guard or not
  TimeNs first_at = kMinTime;   // `at` of its first event; kMinTime: none
  int64_t next_offset = 0;
  bool caught_up = false;  // as of this frame's log time
  bool ended = false;      // nothing follows, ever
  int32_t partitions = 1;  // of this input; 0: not known yet
  // Jump guard: a jump without a trustworthy record time waits here.
  TimeNs jump_floor = kMinTime;
  uint32_t jump_count = 0;
  // consumed = evaluated + dead_lettered + filtered, since the first start.
  uint64_t consumed = 0;
  uint64_t evaluated = 0;
  uint64_t dead_lettered = 0;
  uint64_t filtered = 0;
  uint64_t late = 0;       // events older than `lateness`
  uint64_t missing = 0;    // offsets in gaps
  int64_t missing_to = 0;  // end of the last gap that was counted
  bool operator==(const ClockRecord&) const = default;
};

// Offsets that no longer exist: [from, to).
struct GapRecord {
  Partition partition;
  int64_t from = 0;
  int64_t to = 0;
  bool operator==(const GapRecord&) const = default;
};

struct ActionRecord {
  std::string who;
  std::string what;
  std::string incident;
  std::string reason;
  bool operator==(const ActionRecord&) const = default;
};

// One atomic entry of the log.
struct Frame {
  uint64_t sequence = 0;  // 1, 2, 3 ... without holes
  // When it was written, never less than in the frame before; replay: the
  // highest t so far. kMinTime: not known.
  TimeNs log_time = kMinTime;
  Epoch epoch = 1;
  // `clocks` names every partition. Heads of log segments (file_log.h) and the
  // end of input are complete.
  bool complete = false;
  std::vector<ClockRecord> clocks;
  std::vector<MatchRecord> records;  // in order of the events
  std::vector<GapRecord> gaps;
  std::vector<ActionRecord> actions;
  // `--until`: every domain's W is at least this.
  TimeNs until = kMinTime;
  bool operator==(const Frame&) const = default;
};

// The bytes of a frame; equal frames give equal bytes.
void EncodeFrame(const Frame& frame, std::string* out);
// InvalidArgument when `bytes` are not exactly one frame.
StatusOr<Frame> DecodeFrame(std::string_view bytes);

// Pieces, for snapshots. A decoder leaves `in` failed on damage.
void Encode(const Coordinate& coordinate, ByteWriter* out);
Coordinate DecodeCoordinate(ByteReader* in);
void Encode(const Place& place, ByteWriter* out);
Place DecodePlace(ByteReader* in);
void Encode(const MatchRecord& record, ByteWriter* out);
MatchRecord DecodeMatchRecord(ByteReader* in);
void Encode(const ClockRecord& clock, ByteWriter* out);
ClockRecord DecodeClockRecord(ByteReader* in);

// One line per record, for golden tests and `tocsin log dump`.
std::string Dump(const Frame& frame);

}  // namespace tocsin
