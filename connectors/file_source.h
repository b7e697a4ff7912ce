// SPDX-License-Identifier: Apache-2.0
//
// FileSource: a text file as an input, one message per line (NDJSON or text;
// .gz, .zst and "-" too). The offset of a message is the number of its line,
// from 0.
//
// Following: the file is read on as it grows. When it is replaced (another
// inode) or truncated, the old one is read to its end first and line numbers
// go on counting. Which file a number belongs to is kept in a journal beside
// the engine's state, written before any line of a new file is handed on, so
// that a position always finds its file again, also under a rotated name
// (PATH.1, PATH-20260105, same folder). If it is gone, the rest of its lines
// is reported as a Hole.
//
// Threads: one owner. Tested by: tests/connectors/file_source_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/line_reader.h"
#include "engine/pipeline/ports.h"

namespace tocsin::connectors {

struct FileSourceOptions {
  InputId input;
  std::string path;
  bool follow = false;
  std::string journal;  // path; "" keeps none (replay)
  size_t line_limit = 1 << 20;
};

class FileSource final : public MessageSource {
 public:
  explicit FileSource(FileSourceOptions options);

  Status Start(const std::vector<Resume>& resume) override;
  Status Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
              Batch* batch) override;
  void Pause(Partition) override { paused_ = true; }
  void Unpause(Partition) override { paused_ = false; }
  std::vector<PartitionStatus> Partitions() const override;
  std::vector<Hole> TakeHoles() override;
  bool ready() const override { return reader_ != nullptr; }
  std::string why() const override { return why_; }
  bool finished() const override { return finished_; }
  void Commit(const std::vector<Resume>&) override {}

 private:
  // One file that was, or is, at `path`: its lines start at `first_line`.
  struct Segment {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t first_line = 0;
  };

  Status LoadJournal();
  Status SaveJournal() const;
  Status OpenAt(const std::string& path, const Segment& segment,
                int64_t next_line);
  Status Reopen();
  std::optional<std::string> FindSegment(const Segment& segment) const;
  StatusOr<bool> Replaced() const;
  void Add(std::string_view line, Batch* batch);
  Status AtEnd(Batch* batch);

  FileSourceOptions options_;
  std::unique_ptr<LineReader> reader_;
  std::vector<Segment> segments_;  // oldest first; the last one is open
  std::vector<Hole> holes_;
  std::string why_ = "not started";
  std::string open_path_;      // of the last segment
  TimeNs written_ = kMinTime;  // RawMessage::written of its lines
  int64_t next_line_ = 0;
  bool from_rotated_ = false;  // reading an older file to its end
  bool at_end_ = false;
  bool finished_ = false;
  bool paused_ = false;
};

}  // namespace tocsin::connectors
