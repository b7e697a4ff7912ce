// SPDX-License-Identifier: Apache-2.0
//
// Disk: the few calls by which the engine keeps bytes over a crash, so that
// tests can put a disk behind them that tears writes, fills up or loses what
// was not synced. A new, renamed or removed file is durable only after
// SyncFolder(); bytes only after DiskFile::Sync().
//
// Threads: a Disk is thread-safe; a DiskFile has one owner.
// Tested by: tests/engine/base/disk_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tocsin {

// A file open for appending; closed by the destructor.
class DiskFile {
 public:
  virtual ~DiskFile() = default;
  // ResourceExhausted: the disk is full; a part may have been written.
  virtual Status Append(std::string_view bytes) = 0;
  // fdatasync.
  virtual Status Sync() = 0;
  // Cuts the file; the next append goes to its end.
  virtual Status Truncate(uint64_t size) = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  // Creates the file if need be.
  virtual StatusOr<std::unique_ptr<DiskFile>> Open(std::string_view path) = 0;
  // Up to `max` bytes from `offset`; fewer at the end. NotFound: no such file.
  virtual StatusOr<std::string> Read(std::string_view path, uint64_t offset,
                                     uint64_t max) = 0;
  virtual StatusOr<uint64_t> Size(std::string_view path) = 0;
  virtual Status Rename(std::string_view from, std::string_view to) = 0;
  virtual Status Remove(std::string_view path) = 0;
  // The names of the files in a folder, ascending.
  virtual StatusOr<std::vector<std::string>> List(std::string_view folder) = 0;
  // Makes a folder and those above it; fine when it is there.
  virtual Status MakeFolder(std::string_view folder) = 0;
  virtual Status SyncFolder(std::string_view folder) = 0;
  // Holds a lock file for as long as the result lives; a crash lets go of it.
  // FailedPrecondition: somebody else holds it.
  virtual StatusOr<std::shared_ptr<void>> Lock(std::string_view path) = 0;
};

// The real one.
std::unique_ptr<Disk> NewPosixDisk();

}  // namespace tocsin
