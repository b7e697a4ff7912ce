// SPDX-License-Identifier: Apache-2.0
//
// Alignment: which partitions ingest should hold back, so that reading one
// partition far ahead of the others does not fill the reorder buffer. A
// partition is held while its watermark is more than `kAhead` of event time
// ahead of the slowest one that still has something to read *and* the buffer
// is half full; it is let go again when either is well over.
//
// Threads: one owner. Tested by: tests/engine/pipeline/alignment_test.cc
#pragma once

#include <map>
#include <set>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/batch.h"

namespace tocsin {

class Alignment {
 public:
  static constexpr DurationNs kAhead = 2 * kMinute;

  struct Position {
    Partition partition;
    TimeNs watermark = kMinTime;  // kMinTime: nothing read yet
    bool caught_up = false;       // nothing more to read for now
  };

  // The partitions to hold, given how full the reorder buffer is (0 to 1).
  const std::set<Partition>& Update(const std::vector<Position>& positions,
                                    double buffer_fill);

 private:
  std::set<Partition> held_;
};

}  // namespace tocsin
