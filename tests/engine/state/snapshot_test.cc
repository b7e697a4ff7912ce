// SPDX-License-Identifier: Apache-2.0
#include "engine/state/snapshot.h"

#include <map>
#include <random>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/memory_disk.h"

namespace tocsin {
namespace {

using testing::MemoryDisk;

Snapshot Make(uint32_t shard, uint64_t sequence) {
  Snapshot snapshot;
  snapshot.bundle = {1, 2};
  snapshot.shard = shard;
  snapshot.sequence = sequence;
  snapshot.body = StrCat("state of ", shard, " at ", sequence,
                         std::string(sequence % 100, '.'));
  return snapshot;
}

std::string PathOf(MemoryDisk* disk, size_t number) {
  return "s/" + disk->List("s").value().at(number);
}

TEST_CASE("Snapshots: the newest is read and two of each shard are kept") {
  MemoryDisk disk;
  SnapshotStore store(&disk, "s");
  CHECK_FALSE(store.Newest(3).value().has_value());
  CHECK_FALSE(store.Floor(3).value().has_value());
  REQUIRE(store.Write(Make(3, 9)).ok());
  CHECK_FALSE(store.Floor(3).value().has_value());
  REQUIRE(store.Write(Make(3, 10)).ok());
  REQUIRE(store.Write(Make(3, 200)).ok());
  REQUIRE(store.Write(Make(64, 5)).ok());
  const auto newest = store.Newest(3).value();
  REQUIRE(newest.has_value());
  CHECK(newest->sequence == 200);
  CHECK(newest->body == Make(3, 200).body);
  CHECK(newest->bundle == Hash128{1, 2});
  CHECK(store.Floor(3).value() == 10);
  CHECK(store.Newest(3, 199).value()->sequence == 10);
  CHECK_FALSE(store.Newest(3, 9).value().has_value());
  CHECK(disk.List("s").value().size() == 3);
}

TEST_CASE("Snapshots: a damaged newest gives the one before") {
  for (uint64_t bit = 0; bit < 72 * 8; bit += 7) {
    MemoryDisk disk;
    SnapshotStore store(&disk, "s");
    REQUIRE(store.Write(Make(0, 1)).ok());
    REQUIRE(store.Write(Make(0, 2)).ok());
    disk.FlipBit(PathOf(&disk, 1), bit);
    const auto newest = store.Newest(0);
    INFO(newest.status());
    REQUIRE(newest.ok());
    CHECK((*newest)->body == Make(0, 1).body);
    disk.FlipBit(PathOf(&disk, 0), bit);
    const auto none = store.Newest(0);
    REQUIRE(absl::IsDataLoss(none.status()));
    CHECK(Message(none.status()).find("--reset-state") != std::string::npos);
  }
}

TEST_CASE("Snapshots: state of another version is refused, not skipped") {
  MemoryDisk disk;
  SnapshotStore store(&disk, "s");
  REQUIRE(store.Write(Make(0, 1)).ok());
  Snapshot other = Make(0, 2);
  other.semantics = kSemanticsVersion + 1;
  REQUIRE(store.Write(other).ok());
  const auto newest = store.Newest(0);
  REQUIRE(absl::IsFailedPrecondition(newest.status()));
  CHECK(Message(newest.status()).find("--reset-state") != std::string::npos);
}

TEST_CASE("Snapshots: a full disk leaves the older ones") {
  MemoryDisk disk;
  SnapshotStore store(&disk, "s");
  REQUIRE(store.Write(Make(0, 1)).ok());
  disk.set_capacity(disk.Size(PathOf(&disk, 0)).value() + 10);
  CHECK(absl::IsResourceExhausted(store.Write(Make(0, 2))));
  CHECK(store.Newest(0).value()->sequence == 1);
  CHECK(disk.List("s").value().size() == 1);
}

TEST_CASE("Snapshots: a crash leaves the old one or the new one") {
  const uint32_t seed = GENERATE(range(0u, 100u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  MemoryDisk disk(seed);
  uint64_t written = 0;
  uint64_t sequence = 0;
  for (int life = 0; life < 6; ++life) {
    SnapshotStore store(&disk, "s");
    disk.StopAfter(random() % 40);
    for (;;) {
      if (!store.Write(Make(1, ++sequence)).ok()) break;
      written = sequence;
    }
    disk.Crash();
    const auto newest = store.Newest(1);
    INFO(newest.status());
    REQUIRE(newest.ok());
    REQUIRE(newest->has_value() >= (written > 0));
    if (!newest->has_value()) continue;
    REQUIRE((*newest)->sequence >= written);
    REQUIRE((*newest)->body == Make(1, (*newest)->sequence).body);
    const auto floor = store.Floor(1).value();
    if (floor) REQUIRE(*floor <= (*newest)->sequence);
    written = (*newest)->sequence;
  }
}

}  // namespace
}  // namespace tocsin
