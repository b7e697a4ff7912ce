// SPDX-License-Identifier: Apache-2.0
//
// MemoryDisk: a Disk for tests that forgets what was not synced. A crash keeps
// the first some of the unsynced name changes, as a journal does, and of the
// unsynced bytes of each file nothing, a part, or a part that is garbage.
//
// Threads: thread-safe. Tested by: tests/engine/base/disk_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/disk.h"

namespace tocsin::testing {

class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(uint32_t seed = 1) : random_(seed) {}

  StatusOr<std::unique_ptr<DiskFile>> Open(std::string_view path) override;
  StatusOr<std::string> Read(std::string_view path, uint64_t offset,
                             uint64_t max) override;
  StatusOr<uint64_t> Size(std::string_view path) override;
  Status Rename(std::string_view from, std::string_view to) override;
  Status Remove(std::string_view path) override;
  StatusOr<std::vector<std::string>> List(std::string_view folder) override;
  Status MakeFolder(std::string_view folder) override;
  Status SyncFolder(std::string_view folder) override;
  StatusOr<std::shared_ptr<void>> Lock(std::string_view path) override;

  // Bytes of all files together; an append beyond writes what fits.
  void set_capacity(uint64_t bytes);
  // After `calls` more changes every change fails, as if the power had gone.
  void StopAfter(uint64_t calls);
  // Changes so far.
  uint64_t calls() const;
  // The power comes back. Files that are open stay dead.
  void Crash();
  // Turns one bit of a file over, synced or not.
  void FlipBit(const std::string& path, uint64_t bit);

 private:
  friend class MemoryFile;
  struct Node {
    std::string bytes;
    std::string durable;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  Status Change();  // called by every change, with the lock held
  void Name(const std::string& path, std::shared_ptr<Node> node);
  void Forget(Node* node);
  uint64_t Used() const;

  mutable std::mutex mutex_;
  std::mt19937 random_;
  Names names_;
  Names durable_names_;
  // Since the last SyncFolder(); no node: removed.
  std::vector<std::pair<std::string, std::shared_ptr<Node>>> changes_;
  uint64_t capacity_ = UINT64_MAX;
  uint64_t calls_ = 0;
  uint64_t stop_at_ = UINT64_MAX;
  uint64_t life_ = 0;  // crashes so far
  std::map<std::string, std::weak_ptr<void>> locks_;
};

}  // namespace tocsin::testing
