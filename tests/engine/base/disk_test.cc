// SPDX-License-Identifier: Apache-2.0
#include "engine/base/disk.h"

#include <catch2/catch_test_macros.hpp>

#include "engine/base/checksum.h"
#include "tests/memory_disk.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::MemoryDisk;

// What every Disk does alike.
void CheckDisk(Disk* disk, const std::string& folder) {
  REQUIRE(disk->MakeFolder(folder + "/a/b").ok());
  const std::string path = folder + "/a/b/file";
  CHECK(absl::IsNotFound(disk->Size(path).status()));
  CHECK(absl::IsNotFound(disk->Read(path, 0, 1).status()));
  CHECK(absl::IsNotFound(disk->Remove(path)));
  auto file = disk->Open(path);
  REQUIRE(file.ok());
  REQUIRE((*file)->Append("hello ").ok());
  REQUIRE((*file)->Append("world").ok());
  CHECK(disk->Size(path).value() == 11);
  CHECK(disk->Read(path, 6, 100).value() == "world");
  CHECK(disk->Read(path, 100, 1).value().empty());
  REQUIRE((*file)->Truncate(5).ok());
  REQUIRE((*file)->Append("!").ok());
  REQUIRE((*file)->Sync().ok());
  REQUIRE(disk->Rename(path, path + "2").ok());
  REQUIRE(disk->SyncFolder(folder + "/a/b").ok());
  REQUIRE((*file)->Append("?").ok());
  CHECK(disk->Read(path + "2", 0, 100).value() == "hello!?");
  CHECK(disk->List(folder + "/a/b").value() ==
        std::vector<std::string>{"file2"});
  REQUIRE(disk->Remove(path + "2").ok());
  {
    const auto lock = disk->Lock(path);
    REQUIRE(lock.ok());
    CHECK(absl::IsFailedPrecondition(disk->Lock(path).status()));
  }
  CHECK(disk->Lock(path).ok());
  (void)disk->Remove(path);
  CHECK(disk->List(folder + "/a/b").value().empty());
}

TEST_CASE("Disk: files, and the double that tests use in their place") {
  const testing::TempDir folder;
  CheckDisk(NewPosixDisk().get(), folder.path().string());
  MemoryDisk memory;
  CheckDisk(&memory, "state");
}

TEST_CASE("Disk: a full one says so") {
  MemoryDisk disk;
  disk.set_capacity(4);
  const auto file = disk.Open("f").value();
  CHECK(absl::IsResourceExhausted(file->Append("hello")));
  CHECK(disk.Read("f", 0, 9).value() == "hell");
}

TEST_CASE("Disk: the double forgets what was not synced, and only that") {
  bool lost_bytes = false;
  bool lost_name = false;
  for (uint32_t seed = 0; seed < 50; ++seed) {
    MemoryDisk disk(seed);
    const auto file = disk.Open("kept").value();
    REQUIRE(file->Append("durable").ok());
    REQUIRE(file->Sync().ok());
    REQUIRE(disk.SyncFolder("").ok());
    REQUIRE(file->Append(" and not").ok());
    REQUIRE(disk.Open("new").ok());
    disk.Crash();
    const std::string bytes = disk.Read("kept", 0, 99).value();
    CHECK(bytes.starts_with("durable"));
    lost_bytes |= bytes != "durable and not";
    lost_name |= !disk.Size("new").ok();
    CHECK(absl::IsUnavailable(file->Append("x")));
  }
  CHECK(lost_bytes);
  CHECK(lost_name);
}

TEST_CASE("Checksum: the one that everybody's crc32 gives") {
  CHECK(Crc32("123456789") == 0xcbf43926);
  CHECK(Crc32("6789", Crc32("12345")) == 0xcbf43926);
}

}  // namespace
}  // namespace tocsin
