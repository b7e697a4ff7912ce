// SPDX-License-Identifier: Apache-2.0
#include "engine/log/file_log.h"

#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "engine/log/segment.h"
#include "tests/engine/log/random_frame.h"
#include "tests/memory_disk.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::MemoryDisk;
using testing::RandomFrame;

const std::vector<std::string> kInputs = {"win/events", "auth/auth"};

std::unique_ptr<FileLog> OpenLog(Disk* disk, uint64_t segment_bytes = 2'000,
                                 const std::string& folder = "log") {
  auto log = FileLog::Open(disk, {folder, segment_bytes, kInputs});
  INFO(log.status());
  REQUIRE(log.ok());
  return *std::move(log);
}

std::vector<Frame> Fill(FileLog* log, uint64_t count, uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::vector<Frame> frames;
  for (uint64_t i = 0; i < count; ++i) {
    frames.push_back(RandomFrame(log->tail().sequence + 1, &random));
    REQUIRE(log->Append(frames.back()).ok());
  }
  REQUIRE(log->Sync().ok());
  return frames;
}

std::vector<Frame> ReadAll(LogReader* reader) {
  std::vector<Frame> frames;
  Frame frame;
  for (;;) {
    const auto more = reader->Next(&frame);
    INFO(more.status());
    REQUIRE(more.ok());
    if (!*more) return frames;
    frames.push_back(frame);
  }
}

TEST_CASE("FileLog: reads what was written, over segments and restarts") {
  const testing::TempDir folder;
  const auto disk = NewPosixDisk();
  const std::string path = (folder.path() / "log").string();
  auto log = OpenLog(disk.get(), 1'500, path);
  const std::vector<Frame> frames = Fill(log.get(), 100);
  CHECK(ReadAll(log->NewReader().get()) == frames);
  CHECK(disk->List(path).value().size() > 3);
  const LogTail tail = log->tail();
  const uint64_t bytes = log->bytes();
  log = OpenLog(disk.get(), 1'500, path);
  CHECK(log->cut_bytes() == 0);
  CHECK(log->bytes() == bytes);
  CHECK(log->tail().sequence == 100);
  CHECK(log->tail().log_time == tail.log_time);
  CHECK(log->tail().clocks == tail.clocks);
  CHECK(log->durable() == 100);
  CHECK(ReadAll(log->NewReader().get()) == frames);
  CHECK(Fill(log.get(), 1).front().sequence == 101);
}

TEST_CASE("FileLog: hands on only what is durable") {
  MemoryDisk disk;
  const auto log = OpenLog(&disk);
  const auto reader = log->NewReader();
  Frame frame;
  frame.sequence = 2;
  CHECK(absl::IsFailedPrecondition(log->Append(frame)));
  frame.sequence = 1;
  REQUIRE(log->Append(frame).ok());
  CHECK_FALSE(reader->Next(&frame).value());
  REQUIRE(log->Sync().ok());
  CHECK(reader->Next(&frame).value());
  CHECK_FALSE(reader->Next(&frame).value());
}

TEST_CASE("FileLog: trims whole segments below the sequence") {
  MemoryDisk disk;
  auto log = OpenLog(&disk);
  const std::vector<Frame> frames = Fill(log.get(), 100);
  const uint64_t before = log->bytes();
  REQUIRE(log->Trim(60).ok());
  CHECK(log->bytes() < before);
  const auto reader = log->NewReader();
  REQUIRE(reader->Seek(60).ok());
  CHECK(ReadAll(reader.get()) ==
        std::vector<Frame>(frames.begin() + 59, frames.end()));
  CHECK(absl::IsOutOfRange(reader->Seek(1)));
  REQUIRE(log->Trim(1'000).ok());  // the last segment stays
  log = OpenLog(&disk);
  CHECK(log->tail().sequence == 100);
}

TEST_CASE("FileLog: a full disk keeps nothing of the frame and goes on") {
  MemoryDisk disk;
  auto log = OpenLog(&disk);
  std::vector<Frame> frames = Fill(log.get(), 20);
  std::mt19937 random(7);
  for (int i = 0; i < 40; ++i) {
    frames.push_back(RandomFrame(frames.size() + 1, &random));
    disk.set_capacity(log->bytes() + random() % 30);
    Status appended = log->Append(frames.back());
    while (absl::IsResourceExhausted(appended)) {
      CHECK(log->tail().sequence == frames.size() - 1);
      disk.set_capacity(log->bytes() + 100'000);
      appended = log->Append(frames.back());
    }
    INFO(appended);
    REQUIRE(appended.ok());
  }
  REQUIRE(log->Sync().ok());
  log = OpenLog(&disk);
  CHECK(ReadAll(log->NewReader().get()) == frames);
}

TEST_CASE("FileLog: damage is refused with the place and what to do") {
  MemoryDisk disk;
  Fill(OpenLog(&disk, 1 << 20).get(), 3);
  const std::string path = "log/" + SegmentName(1);
  const uint64_t size = disk.Size(path).value();
  // Each frame was synced alone, so that the next one vouches for it.
  {
    const auto log = OpenLog(&disk, 1 << 20);
    Fill(log.get(), 1);
    Fill(log.get(), 1);
  }
  disk.FlipBit(path, (size - 1) * 8);
  const auto log = FileLog::Open(&disk, {"log", 1 << 20, kInputs});
  REQUIRE(absl::IsDataLoss(log.status()));
  const std::string why = Message(log.status());
  CHECK(why.find(path) != std::string::npos);
  CHECK(why.find("frame 3") != std::string::npos);
  CHECK(why.find("--reset-state") != std::string::npos);
}

TEST_CASE("FileLog: damage in an older segment stops its reader") {
  MemoryDisk disk;
  const auto log = OpenLog(&disk);
  Fill(log.get(), 100);
  disk.FlipBit("log/" + SegmentName(1),
               disk.Size("log/" + SegmentName(1)).value() * 4);
  const auto opened = OpenLog(&disk);
  const auto reader = opened->NewReader();
  Frame frame;
  StatusOr<bool> more = true;
  while (more.ok() && *more) more = reader->Next(&frame);
  CHECK(absl::IsDataLoss(more.status()));
}

TEST_CASE("FileLog: inputs may be added behind the others and not change") {
  MemoryDisk disk;
  Fill(OpenLog(&disk).get(), 10);
  std::vector<std::string> more = kInputs;
  more.push_back("new/topic");
  {
    auto log = FileLog::Open(&disk, {"log", 2'000, more});
    REQUIRE(log.ok());
    CHECK((*log)->tail().sequence == 10);
    REQUIRE(ReadAll((*log)->NewReader().get()).size() == 10);
  }
  const auto fewer = FileLog::Open(&disk, {"log", 2'000, kInputs});
  CHECK(absl::IsFailedPrecondition(fewer.status()));
  const auto swapped =
      FileLog::Open(&disk, {"log", 2'000, {"auth/auth", "win/events"}});
  CHECK(absl::IsFailedPrecondition(swapped.status()));
  CHECK(Message(swapped.status()).find("win/events") != std::string::npos);
}

TEST_CASE("FileLog: a reader runs beside the writer") {
  MemoryDisk disk;
  const auto log = OpenLog(&disk, 5'000);
  const auto reader = log->NewReader();
  std::vector<Frame> read;
  std::thread thread([&] {
    Frame frame;
    while (read.size() < 500) {
      const auto more = reader->Next(&frame);
      if (!more.ok()) return;
      if (*more) read.push_back(frame);
    }
  });
  std::vector<Frame> written;
  for (uint32_t i = 0; i < 50; ++i) {
    for (Frame& frame : Fill(log.get(), 10, i)) written.push_back(frame);
  }
  thread.join();
  CHECK(read == written);
}

}  // namespace
}  // namespace tocsin
