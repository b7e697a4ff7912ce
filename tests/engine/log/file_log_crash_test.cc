// SPDX-License-Identifier: Apache-2.0
//
// The log over a disk that stops at any call, forgets what was not synced,
// tears what it keeps and fills up: what was durable is there after each boot,
// and nothing else than what was appended.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "engine/log/file_log.h"
#include "engine/log/segment.h"
#include "tests/engine/log/random_frame.h"
#include "tests/memory_disk.h"

namespace tocsin {
namespace {

using testing::MemoryDisk;
using testing::RandomFrame;

// Appends, syncs and trims until the disk stops.
void Live(FileLog* log, MemoryDisk* disk, std::mt19937* random,
          std::vector<Frame>* frames, uint64_t* trimmed, uint64_t* durable) {
  frames->resize(log->tail().sequence);
  for (;;) {
    if ((*random)() % 10 == 0) {
      disk->set_capacity(log->bytes() + (*random)() % 400);
    }
    const Frame frame = RandomFrame(frames->size() + 1, random);
    Status status = log->Append(frame);
    if (status.ok()) frames->push_back(frame);
    if (absl::IsResourceExhausted(status)) {
      disk->set_capacity(UINT64_MAX);
      continue;
    }
    if (status.ok() && (*random)() % 3 == 0) status = log->Sync();
    *durable = std::max(*durable, log->durable());
    if (status.ok() && (*random)() % 20 == 0) {
      *trimmed = std::max(*trimmed, (*random)() % (*durable + 1));
      status = log->Trim(*trimmed);
    }
    if (!status.ok()) return;
  }
}

TEST_CASE("FileLog: no crash takes back what was durable") {
  const uint32_t seed = GENERATE(range(0u, 60u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  MemoryDisk disk(seed);
  std::vector<Frame> frames;
  uint64_t trimmed = 0;
  uint64_t durable = 0;
  for (int life = 0; life < 12; ++life) {
    disk.set_capacity(UINT64_MAX);
    disk.StopAfter(random() % (life % 3 == 0 ? 12 : 300));
    auto log = FileLog::Open(&disk, {"log", 1'000, {"a/a"}});
    if (log.ok()) {
      Live(log->get(), &disk, &random, &frames, &trimmed, &durable);
    }
    disk.Crash();
    disk.set_capacity(UINT64_MAX);
    log = FileLog::Open(&disk, {"log", 1'000, {"a/a"}});
    INFO(log.status());
    REQUIRE(log.ok());
    REQUIRE((*log)->tail().sequence >= durable);
    REQUIRE((*log)->tail().sequence <= frames.size());
    durable = (*log)->tail().sequence;
    const auto reader = (*log)->NewReader();
    const uint64_t from = std::max<uint64_t>(trimmed, 1);
    REQUIRE(reader->Seek(from).ok());
    for (uint64_t i = from; i <= durable; ++i) {
      Frame frame;
      REQUIRE(reader->Next(&frame).value());
      REQUIRE(frame == frames[i - 1]);
    }
    Frame frame;
    REQUIRE_FALSE(reader->Next(&frame).value());
  }
}

TEST_CASE("FileLog: a flipped bit never gives a wrong frame") {
  const uint32_t seed = GENERATE(range(0u, 200u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  MemoryDisk disk(seed);
  std::vector<Frame> frames;
  {
    const auto log = FileLog::Open(&disk, {"log", 1'000, {"a/a"}}).value();
    for (uint64_t i = 1; i <= 30; ++i) {
      frames.push_back(RandomFrame(i, &random));
      REQUIRE(log->Append(frames.back()).ok());
      REQUIRE(log->Sync().ok());
    }
  }
  const auto names = disk.List("log").value();
  const std::string path = "log/" + names[random() % names.size()];
  disk.FlipBit(path, random() % (disk.Size(path).value() * 8));
  auto log = FileLog::Open(&disk, {"log", 1'000, {"a/a"}});
  if (!log.ok()) {
    CHECK(absl::IsDataLoss(log.status()));
    return;
  }
  // Only the very last frame has nothing behind it that vouches for it.
  CHECK((*log)->tail().sequence >= 29);
  const auto reader = (*log)->NewReader();
  for (uint64_t i = 1;; ++i) {
    Frame frame;
    const auto more = reader->Next(&frame);
    if (!more.ok()) CHECK(absl::IsDataLoss(more.status()));
    if (!more.ok() || !*more) return;
    REQUIRE(frame == frames[i - 1]);
  }
}

}  // namespace
}  // namespace tocsin
