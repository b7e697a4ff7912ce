// SPDX-License-Identifier: Apache-2.0
//
// Watermarks: the event time W of each time domain, from the clocks in the log
// and nothing else. No event below W is still to come, except those that are
// clamped (reorder.h).
//
// A partition contributes the higher of its W_p and, while it stands caught up
// at one offset for `idle_after` of log time, log time - idle_after - disorder
// (as of its own latest clock; not caught up, as with an unreachable broker,
// W waits). W of a domain is the minimum over all partitions of its inputs:
// kMinTime until each input's number of partitions is known and each was
// heard; it never goes back. Ended partitions hold nothing back; once all have
// ended, W is their highest t + 1 ns. Frame::until raises every domain.
//
// Use: apply a frame's records first, then Apply(frame), then release what is
// below Of(domain).
//
// Threads: one owner; pure. Tested by: tests/engine/state/watermarks_test.cc,
// time_table_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/event/input.h"
#include "engine/log/record.h"
#include "engine/state/domains.h"

namespace tocsin {

class Watermarks {
 public:
  Watermarks(const Inputs& inputs, std::vector<InputSet> domains);

  void Apply(const Frame& frame);

  // W: everything strictly below it can be released. kMinTime: not started.
  TimeNs Of(size_t domain) const { return domains_[domain].w; }

  // The `at` of the first event of the domain's inputs, known once W has
  // reached it; kMinTime before. Keys of a list count as seen at it.
  TimeNs Start(size_t domain) const { return domains_[domain].start; }

  size_t size() const { return domains_.size(); }

  // Partitions and W of each domain; a domain of another plan that is not
  // among the stored ones is computed from the partitions.
  void Encode(ByteWriter* out) const;
  // False (and `in` failed) on damage.
  bool Decode(ByteReader* in);

 private:
  struct PartitionState {
    int32_t number = 0;
    TimeNs watermark = kMinTime;
    TimeNs idle = kMinTime;   // what idleness contributes
    TimeNs since = kMinTime;  // log time since which it stands, caught up
    TimeNs max_time = kMinTime;
    TimeNs first_at = kMinTime;
    int64_t next_offset = 0;
    bool caught_up = false;
    bool ended = false;
  };
  struct InputState {
    DurationNs disorder = 0;
    DurationNs idle_after = 0;
    int32_t partitions = 0;             // 0: not known
    std::vector<PartitionState> heard;  // ascending by number
    std::vector<uint32_t> domains;      // that contain it
  };
  struct Domain {
    InputSet inputs;
    TimeNs w = kMinTime;
    TimeNs start = kMinTime;
    TimeNs first = kMaxTime;  // least first_at of its partitions
  };

  static void Apply(const ClockRecord& clock, TimeNs log_time,
                    InputState* input);
  void Update(Domain* domain);

  std::vector<InputState> inputs_;  // by InputId
  std::vector<Domain> domains_;
  std::vector<bool> touched_;  // scratch, by domain
};

}  // namespace tocsin
