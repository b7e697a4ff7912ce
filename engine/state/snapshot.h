// SPDX-License-Identifier: Apache-2.0
//
// SnapshotStore: named, versioned copies of state, each as of one position of
// the log. The newest two of each name are kept; the newest that is whole is
// read. A file is written beside, synced, renamed and its folder synced, so a
// crash leaves the old one or the new one.
//
// File: magic, format version, semantics version, plan bundle, shard, log
// sequence, size of the body, CRC-32 of all before it; the body; its CRC-32.
//
// Threads: one owner. Tested by: tests/engine/state/snapshot_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/disk.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"

namespace tocsin {

// Raised whenever the same log would give other state or other results.
inline constexpr uint32_t kSemanticsVersion = 1;

struct Snapshot {
  uint32_t semantics = kSemanticsVersion;
  Hash128 bundle;         // Plan::bundle that the state belongs to
  uint32_t shard = 0;     // kShardCount: cases
  uint64_t sequence = 0;  // of the last frame that is in the state
  std::string body;
};

class SnapshotStore {
 public:
  // `folder` is made if need be, by the first Write().
  SnapshotStore(Disk* disk, std::string folder)
      : disk_(disk), folder_(std::move(folder)) {}

  // Stores a snapshot; once this is OK it survives a crash. The caller has
  // made durable all output caused by frames up to its sequence (I2).
  // ResourceExhausted: the disk is full; the older ones stay.
  Status Write(const Snapshot& snapshot);

  // The newest whole snapshot of a shard that is not above sequence `at_most`;
  // nothing if none was ever written.
  // DataLoss: there are files and none is whole. FailedPrecondition: the
  // newest is of another semantics version. Both messages say what to do.
  StatusOr<std::optional<Snapshot>> Newest(uint32_t shard,
                                           uint64_t at_most = UINT64_MAX) const;

  // The sequence below which the log is not needed by this shard: that of its
  // oldest kept whole snapshot, so that a damaged newest one can be made good
  // from the log; nothing before the first two snapshots.
  StatusOr<std::optional<uint64_t>> Floor(uint32_t shard) const;

 private:
  StatusOr<std::vector<std::string>> Files(uint32_t shard) const;
  StatusOr<Snapshot> Read(const std::string& name, bool with_body) const;
  std::string Path(std::string_view name) const;

  Disk* disk_;
  std::string folder_;
};

}  // namespace tocsin
