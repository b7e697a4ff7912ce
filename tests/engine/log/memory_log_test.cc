// SPDX-License-Identifier: Apache-2.0
#include "engine/log/memory_log.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

Frame Numbered(uint64_t sequence) {
  Frame frame;
  frame.sequence = sequence;
  return frame;
}

TEST_CASE("MemoryLog: a frame is seen once it is durable, in order") {
  MemoryLog log;
  const auto reader = log.NewReader();
  Frame frame;
  REQUIRE(log.Append(Numbered(1)).ok());
  REQUIRE(log.Append(Numbered(2)).ok());
  CHECK_FALSE(reader->Next(&frame).value());
  CHECK_FALSE(log.Pop(&frame));
  REQUIRE(log.Sync().ok());
  CHECK(log.durable() == 2);
  CHECK(reader->Next(&frame).value());
  CHECK(frame.sequence == 1);
  CHECK(log.Pop(&frame));
  CHECK(frame.sequence == 1);
  CHECK(reader->Next(&frame).value());
  CHECK(frame.sequence == 2);
  CHECK_FALSE(reader->Next(&frame).value());
  CHECK(log.size() == 1);
}

TEST_CASE("MemoryLog: sequences have no holes") {
  MemoryLog log(10);
  CHECK(absl::IsFailedPrecondition(log.Append(Numbered(1))));
  CHECK(log.Append(Numbered(10)).ok());
  CHECK(absl::IsFailedPrecondition(log.Append(Numbered(10))));
  CHECK(absl::IsFailedPrecondition(log.Append(Numbered(12))));
}

TEST_CASE("MemoryLog: what was trimmed is out of range") {
  MemoryLog log;
  for (uint64_t i = 1; i <= 5; ++i) REQUIRE(log.Append(Numbered(i)).ok());
  REQUIRE(log.Sync().ok());
  REQUIRE(log.Trim(4).ok());
  const auto reader = log.NewReader();
  CHECK(absl::IsOutOfRange(reader->Seek(3)));
  REQUIRE(reader->Seek(5).ok());
  Frame frame;
  CHECK(reader->Next(&frame).value());
  CHECK(frame.sequence == 5);
}

}  // namespace
}  // namespace tocsin
