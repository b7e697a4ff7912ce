// SPDX-License-Identifier: Apache-2.0
//
// FileLog: the log of one node, as files of bounded size (segments) in one
// folder. A segment, NNN.log for the sequence NNN of its first frame, begins
// with a head: the names of the inputs and all clocks as of the frame before,
// so that booting reads one segment. Frames are
//   magic, size, CRC-32, `durable`, payload
// where `durable` is the last sequence known durable when it was written. A
// bad frame is a torn tail exactly when nothing behind it says that it was
// durable: then it and what follows is cut at boot. Anything else that is
// damaged refuses with DataLoss and is never skipped.
//
// Threads: one owner writes; readers may run beside it, each with one owner.
// All share the files' list and the durable sequence and nothing else.
// Tested by: tests/engine/log/file_log_test.cc, file_log_crash_test.cc
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/disk.h"
#include "engine/log/log.h"

namespace tocsin {

struct FileLogOptions {
  std::string folder;
  uint64_t segment_bytes = 64 << 20;
  // Names by InputId ("name/topic"). Those of the stored log must be the
  // first of these, since partitions are stored by number.
  std::vector<std::string> inputs;
};

class FileLog final : public LogWriter {
 public:
  // Opens or creates the log and cuts a torn tail. DataLoss: damaged;
  // FailedPrecondition: the inputs are others, or in another order. `disk`
  // outlives the log and its readers.
  static StatusOr<std::unique_ptr<FileLog>> Open(Disk* disk,
                                                 FileLogOptions options);
  ~FileLog() override;

  using LogWriter::Append;
  Status Append(const Frame& frame) override;
  Status Sync() override;
  uint64_t durable() const override;
  Status Trim(uint64_t sequence) override;

  // Where the log ends, as of the last Append().
  LogTail tail() const;
  // Bytes of frames that were cut when the log was opened.
  uint64_t cut_bytes() const { return cut_bytes_; }
  // Bytes of all segments.
  uint64_t bytes() const;

  // Starts at the oldest frame that is left.
  std::unique_ptr<LogReader> NewReader() const;

 private:
  struct Shared;
  friend class FileLogReader;

  FileLog(Disk* disk, FileLogOptions options);
  Status Recover();
  Status RecoverSegment(uint64_t first);
  Status CheckInputs(const std::vector<std::string>& stored,
                     const std::string& path) const;
  Status StartSegment(uint64_t first);
  Status Broken(const Status& why);
  void Remember(const Frame& frame);
  std::string Path(uint64_t first) const;

  Disk* disk_;
  FileLogOptions options_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<DiskFile> file_;  // the last segment
  uint64_t file_bytes_ = 0;
  uint64_t sequence_ = 0;
  TimeNs log_time_ = kMinTime;
  Epoch epoch_ = 1;
  std::map<Partition, ClockRecord> clocks_;
  uint64_t cut_bytes_ = 0;
  Status broken_;
  std::string buffer_;
};

}  // namespace tocsin
