// SPDX-License-Identifier: Apache-2.0
#include "connectors/file_source.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tocsin::connectors {
namespace {

namespace fs = std::filesystem;

// How often a followed file that stands still is looked at again.
constexpr DurationNs kLookAgain = 50 * kMillisecond;

struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
};

std::optional<FileId> Identify(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino, info.st_size};
}

// "-" and a file that is gone have no such time.
TimeNs LastWritten(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return kMinTime;
  return info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec;
}

// Writes `text` so that after a crash either the old or the new file is there.
Status WriteDurably(const std::string& path, const std::string& text) {
  const std::string tmp = path + ".tmp";
  const int fd =
      ::open(tmp.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool written = fd >= 0 &&
                       ::write(fd, text.data(), text.size()) ==
                           static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  std::error_code error;
  if (written) fs::rename(tmp, path, error);
  if (!written || error) {
    return ResourceExhausted(StrCat("cannot write ", path));
  }
  const int folder = ::open(fs::path(path).parent_path().c_str(),
                            O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return OkStatus();
}

}  // namespace

FileSource::FileSource(FileSourceOptions options)
    : options_(std::move(options)) {}

Status FileSource::LoadJournal() {
  if (options_.journal.empty()) return OkStatus();
  std::ifstream in(options_.journal);
  Segment segment;
  while (in >> segment.device >> segment.inode >> segment.first_line) {
    segments_.push_back(segment);
  }
  if (in.is_open() && !in.eof()) {
    return DataLoss(StrCat(options_.journal,
                           ": damaged; restore it, or start afresh with "
                           "--reset-state"));
  }
  return OkStatus();
}

Status FileSource::SaveJournal() const {
  if (options_.journal.empty()) return OkStatus();
  std::string text;
  for (const Segment& segment : segments_) {
    text += StrCat(segment.device, " ", segment.inode, " ", segment.first_line,
                   "\n");
  }
  return WriteDurably(options_.journal, text);
}

// Looks for a segment's file at the path itself and, rotated, beside it.
std::optional<std::string> FileSource::FindSegment(
    const Segment& segment) const {
  const auto is_it = [&](const std::string& path) {
    const std::optional<FileId> id = Identify(path);
    return id && id->device == segment.device && id->inode == segment.inode;
  };
  if (is_it(options_.path)) return options_.path;
  const fs::path path(options_.path);
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(path.filename().string()) &&
        is_it(entry.path().string())) {
      return entry.path().string();
    }
  }
  return std::nullopt;
}

// Opens one segment's file and skips to `next_line`.
Status FileSource::OpenAt(const std::string& path, const Segment& segment,
                          int64_t next_line) {
  StatusOr<std::unique_ptr<ByteStream>> stream = OpenByteStream(path);
  if (!stream.ok()) return stream.status();
  reader_ =
      std::make_unique<LineReader>(std::move(*stream), options_.line_limit);
  from_rotated_ = path != options_.path;
  open_path_ = path;
  at_end_ = false;
  for (int64_t line = segment.first_line; line < next_line; ++line) {
    ASSIGN_OR_RETURN(const std::optional<std::string_view> skipped,
                     reader_->Next());
    if (!skipped) break;  // shorter than it was: truncated while we were away
  }
  next_line_ = next_line;
  return OkStatus();
}

Status FileSource::Start(const std::vector<Resume>& resume) {
  next_line_ = resume.empty() ? 0 : resume[0].next_offset;
  RETURN_IF_ERROR(LoadJournal());
  if (resume.empty()) segments_.clear();
  why_ = StrCat("waiting for ", options_.path);
  return Reopen();
}

// Opens the segment that holds next_line_; where there is none yet, the file
// that is at the path now.
Status FileSource::Reopen() {
  while (!segments_.empty()) {
    const auto after = std::find_if(
        segments_.begin(), segments_.end(),
        [&](const Segment& s) { return s.first_line > next_line_; });
    const auto segment = after == segments_.begin() ? after : after - 1;
    if (const auto path = FindSegment(*segment)) {
      segments_.erase(segments_.begin(), segment);
      return OpenAt(*path, segments_.front(), next_line_);
    }
    // Its file is gone. What it still held is lost unless it had been read.
    if (after == segments_.end()) break;
    holes_.push_back({{options_.input, 0}, next_line_, after->first_line});
    next_line_ = after->first_line;
  }
  Segment fresh;
  // Without a journal there is one file only, read from its first line.
  if (!holes_.empty() || !segments_.empty()) fresh.first_line = next_line_;
  if (options_.path != "-") {
    const std::optional<FileId> id = Identify(options_.path);
    if (!id) {
      if (options_.follow) return OkStatus();  // it may still appear
      return NotFound(StrCat("cannot open ", options_.path));
    }
    fresh.device = id->device;
    fresh.inode = id->inode;
  }
  segments_.assign(1, fresh);
  RETURN_IF_ERROR(SaveJournal());
  return OpenAt(options_.path, fresh, next_line_);
}

// True when the path no longer names the open file, or it shrank.
StatusOr<bool> FileSource::Replaced() const {
  const std::optional<FileId> now = Identify(options_.path);
  if (!now) return false;  // moved away; its successor is not there yet
  const Segment& open = segments_.back();
  if (now->device != open.device || now->inode != open.inode) return true;
  return now->size < reader_->position();
}

void FileSource::Add(std::string_view line, Batch* batch) {
  RawMessage message;
  message.partition = {options_.input, 0};
  message.offset = next_line_++;
  message.written = written_;
  batch->Add(message, line);
}

// Everything there was read: ends, goes on in the next file, or waits.
Status FileSource::AtEnd(Batch* batch) {
  if (!options_.follow) {
    if (const auto rest = reader_->Rest()) Add(*rest, batch);
    finished_ = true;
    return OkStatus();
  }
  bool next_file = from_rotated_;
  if (!next_file) {
    ASSIGN_OR_RETURN(next_file, Replaced());
  }
  if (!next_file) return OkStatus();
  // The old file may have grown between its end and its replacement.
  ASSIGN_OR_RETURN(const std::optional<std::string_view> last, reader_->Next());
  if (last) {
    Add(*last, batch);
    at_end_ = false;
    return OkStatus();
  }
  if (const auto rest = reader_->Rest()) Add(*rest, batch);
  const std::optional<FileId> id = Identify(options_.path);
  if (!id) return OkStatus();
  // Where positions are kept, the old segment stays until it is behind them.
  const Segment fresh{id->device, id->inode, next_line_};
  if (segments_.back().first_line == next_line_) segments_.pop_back();
  if (segments_.size() > 1 && from_rotated_) {
    segments_.erase(segments_.begin());
    if (const auto path = FindSegment(segments_.front())) {
      return OpenAt(*path, segments_.front(), next_line_);
    }
  }
  segments_.push_back(fresh);
  RETURN_IF_ERROR(SaveJournal());
  return OpenAt(options_.path, fresh, next_line_);
}

Status FileSource::Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
                        Batch* batch) {
  if (finished_) return OkStatus();
  if (reader_ == nullptr) RETURN_IF_ERROR(Reopen());
  if (reader_ == nullptr || paused_) {
    std::this_thread::sleep_for(
        std::chrono::nanoseconds(std::min(wait, kLookAgain)));
    return OkStatus();
  }
  at_end_ = false;
  written_ = LastWritten(open_path_);
  const size_t before = batch->messages.size();
  while (batch->messages.size() < max_messages &&
         batch->slab.size() < max_bytes) {
    ASSIGN_OR_RETURN(const std::optional<std::string_view> line,
                     reader_->Next());
    if (!line) {
      at_end_ = true;
      break;
    }
    Add(*line, batch);
  }
  if (at_end_) RETURN_IF_ERROR(AtEnd(batch));
  if (batch->messages.size() == before && !finished_ && at_end_) {
    std::this_thread::sleep_for(
        std::chrono::nanoseconds(std::min(wait, kLookAgain)));
  }
  return OkStatus();
}

std::vector<PartitionStatus> FileSource::Partitions() const {
  PartitionStatus status;
  status.partition = {options_.input, 0};
  status.next_offset = next_line_;
  status.caught_up = at_end_;
  status.ended = finished_;
  return {status};
}

std::vector<Hole> FileSource::TakeHoles() { return std::exchange(holes_, {}); }

}  // namespace tocsin::connectors
