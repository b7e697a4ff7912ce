// SPDX-License-Identifier: Apache-2.0
#include "engine/log/file_log.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "engine/log/segment.h"

namespace tocsin {
namespace {

constexpr std::string_view kNewEnding = ".new";
constexpr uint64_t kChunkBytes = 1 << 20;

Status Damaged(std::string_view path, uint64_t position, uint64_t sequence) {
  return DataLoss(StrCat(
      path, ", byte ", position, ": frame ", sequence,
      " was durable and cannot be read; restore the file from a copy, or give "
      "the stored state up with --reset-state"));
}

}  // namespace

// What the writer and its readers share.
struct FileLog::Shared {
  mutable std::mutex mutex;
  std::map<uint64_t, uint64_t> segments;  // first sequence: bytes
  uint64_t durable = 0;
};

class FileLogReader final : public LogReader {
 public:
  FileLogReader(Disk* disk, std::string folder,
                std::shared_ptr<const FileLog::Shared> shared)
      : disk_(disk), folder_(std::move(folder)), shared_(std::move(shared)) {}

  Status Seek(uint64_t sequence) override {
    const std::lock_guard lock(shared_->mutex);
    if (sequence < shared_->segments.begin()->first) return Gone(sequence);
    next_ = sequence;
    path_.clear();
    return OkStatus();
  }

  StatusOr<bool> Next(Frame* frame) override {
    ASSIGN_OR_RETURN(const bool there, Locate());
    if (!there) return false;
    for (;;) {
      ASSIGN_OR_RETURN(const Entry entry, ReadEntry());
      const uint64_t before = offset_;
      Skip(entry.size);
      if (entry.kind != EntryKind::kFrame || entry.sequence < next_) continue;
      StatusOr<Frame> decoded = DecodeFrame(entry.frame);
      if (entry.sequence != next_ || !decoded.ok()) {
        return Damaged(path_, before, next_);
      }
      *frame = std::move(decoded).value();
      ++next_;
      return true;
    }
  }

 private:
  Status Gone(uint64_t sequence) const {
    return absl::OutOfRangeError(StrCat(
        folder_, ": the log begins at ", shared_->segments.begin()->first,
        ", frame ", sequence, " was trimmed away"));
  }

  // Opens the segment of the next frame; false: the frame is not durable yet.
  StatusOr<bool> Locate() {
    const std::lock_guard lock(shared_->mutex);
    const auto& segments = shared_->segments;
    if (next_ == 0) next_ = segments.begin()->first;
    if (next_ > shared_->durable) return false;
    auto segment = segments.upper_bound(next_);
    if (segment == segments.begin()) return Gone(next_);
    --segment;
    if (path_.empty() || segment->first != first_) {
      first_ = segment->first;
      path_ = StrCat(folder_, "/", SegmentName(first_));
      offset_ = 0;
      chunk_.clear();
      used_ = 0;
    }
    return true;
  }

  // The entry at `offset_`, which is known to be whole in the file. What was
  // read ahead may be from before the writer was done with it.
  StatusOr<Entry> ReadEntry() {
    std::optional<Entry> entry = Parse();
    if (entry) return *std::move(entry);
    RETURN_IF_ERROR(Fill(kChunkBytes));
    const std::optional<uint64_t> size = ClaimedSize(chunk_);
    if (size && *size > chunk_.size()) RETURN_IF_ERROR(Fill(*size));
    entry = Parse();
    if (!entry) return Damaged(path_, offset_, next_);
    return *std::move(entry);
  }

  std::optional<Entry> Parse() const {
    return ParseEntry(std::string_view(chunk_).substr(used_));
  }

  Status Fill(uint64_t bytes) {
    ASSIGN_OR_RETURN(chunk_, disk_->Read(path_, offset_, bytes));
    used_ = 0;
    return OkStatus();
  }

  void Skip(size_t bytes) {
    offset_ += bytes;
    used_ += bytes;
  }

  Disk* disk_;
  std::string folder_;
  std::shared_ptr<const FileLog::Shared> shared_;
  uint64_t next_ = 0;   // 0: the oldest at the first call
  uint64_t first_ = 0;  // of the segment at `path_`
  std::string path_;    // "": none yet
  uint64_t offset_ = 0;
  std::string chunk_;  // read ahead; `offset_` is at `used_`
  size_t used_ = 0;
};

FileLog::FileLog(Disk* disk, FileLogOptions options)
    : disk_(disk),
      options_(std::move(options)),
      shared_(std::make_shared<Shared>()) {}

FileLog::~FileLog() = default;

StatusOr<std::unique_ptr<FileLog>> FileLog::Open(Disk* disk,
                                                 FileLogOptions options) {
  std::unique_ptr<FileLog> log(new FileLog(disk, std::move(options)));
  RETURN_IF_ERROR(disk->MakeFolder(log->options_.folder));
  RETURN_IF_ERROR(log->Recover());
  return log;
}

std::string FileLog::Path(uint64_t first) const {
  return StrCat(options_.folder, "/", SegmentName(first));
}

Status FileLog::Recover() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   disk_->List(options_.folder));
  for (const std::string& name : names) {
    const std::string path = StrCat(options_.folder, "/", name);
    if (name.ends_with(kNewEnding)) RETURN_IF_ERROR(disk_->Remove(path));
    const std::optional<uint64_t> first = SegmentFirst(name);
    if (!first) continue;
    ASSIGN_OR_RETURN(const uint64_t size, disk_->Size(path));
    shared_->segments[*first] = size;
  }
  if (shared_->segments.empty()) return StartSegment(1);
  return RecoverSegment(shared_->segments.rbegin()->first);
}

// Reads the last segment: the state of all clocks, and where frames end.
Status FileLog::RecoverSegment(uint64_t first) {
  const std::string path = Path(first);
  ASSIGN_OR_RETURN(const std::string bytes,
                   disk_->Read(path, 0, shared_->segments[first]));
  // A segment gets its name once its head is durable.
  const std::optional<Entry> head = ParseEntry(bytes);
  if (!head || head->kind != EntryKind::kHead) return Damaged(path, 0, first);
  RETURN_IF_ERROR(CheckInputs(head->inputs, path));
  StatusOr<Frame> clocks = DecodeFrame(head->frame);
  if (!clocks.ok() || clocks->sequence + 1 != first) {
    return Damaged(path, 0, first);
  }
  Remember(*clocks);
  uint64_t end = head->size;
  while (end < bytes.size()) {
    const std::string_view rest = std::string_view(bytes).substr(end);
    const std::optional<Entry> entry = ParseEntry(rest);
    StatusOr<Frame> frame = InvalidArgument("no whole entry");
    if (entry && entry->kind == EntryKind::kFrame) {
      frame = DecodeFrame(entry->frame);
    }
    if (!frame.ok() || frame->sequence != sequence_ + 1) {
      if (HighestDurable(rest).value_or(0) > sequence_) {
        return Damaged(path, end, sequence_ + 1);
      }
      break;
    }
    Remember(*frame);
    end += entry->size;
  }
  ASSIGN_OR_RETURN(file_, disk_->Open(path));
  file_bytes_ = end;
  cut_bytes_ = bytes.size() - end;
  if (cut_bytes_ > 0) RETURN_IF_ERROR(file_->Truncate(end));
  // What was read may never have been synced.
  RETURN_IF_ERROR(file_->Sync());
  shared_->segments[first] = end;
  shared_->durable = sequence_;
  if (head->inputs != options_.inputs) return StartSegment(sequence_ + 1);
  return OkStatus();
}

Status FileLog::CheckInputs(const std::vector<std::string>& stored,
                            const std::string& path) const {
  const std::vector<std::string>& inputs = options_.inputs;
  for (size_t i = 0; i < stored.size(); ++i) {
    if (i < inputs.size() && inputs[i] == stored[i]) continue;
    return FailedPrecondition(StrCat(
        path, ": the stored state has ", stored[i], " as input ", i + 1,
        ", the configuration ", i < inputs.size() ? inputs[i] : "none",
        "; keep the inputs in their order and add new ones at the end, or "
        "give the stored state up with --reset-state"));
  }
  return OkStatus();
}

// Makes the segment that begins with frame `first` the last one. All before
// it is durable. A failure leaves things as they were.
Status FileLog::StartSegment(uint64_t first) {
  Frame clocks;
  clocks.sequence = first - 1;
  clocks.log_time = log_time_;
  clocks.epoch = epoch_;
  clocks.complete = true;
  for (const auto& [partition, clock] : clocks_) {
    clocks.clocks.push_back(clock);
  }
  std::string head;
  AppendHead(clocks, options_.inputs, first - 1, &head);
  const std::string path = Path(first);
  const std::string beside = StrCat(path, kNewEnding);
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<DiskFile> file, disk_->Open(beside));
    RETURN_IF_ERROR(file->Truncate(0));
    RETURN_IF_ERROR(file->Append(head));
    RETURN_IF_ERROR(file->Sync());
    return disk_->Rename(beside, path);
  };
  const Status written = write();
  if (!written.ok()) {
    (void)disk_->Remove(beside);  // the next boot does it otherwise
    return written;
  }
  // From here on the name may be durable, so there is no way back.
  const Status named = disk_->SyncFolder(options_.folder);
  if (!named.ok()) return Broken(named);
  StatusOr<std::unique_ptr<DiskFile>> file = disk_->Open(path);
  if (!file.ok()) return Broken(file.status());
  file_ = *std::move(file);
  file_bytes_ = head.size();
  const std::lock_guard lock(shared_->mutex);
  shared_->segments[first] = head.size();
  shared_->durable = first - 1;
  return OkStatus();
}

// Closes the log: only a new boot can tell what is on the disk.
Status FileLog::Broken(const Status& why) {
  broken_ = Unavailable(StrCat("the log is closed: ", Message(why)));
  return broken_;
}

void FileLog::Remember(const Frame& frame) {
  sequence_ = frame.sequence;
  log_time_ = frame.log_time;
  epoch_ = frame.epoch;
  for (const ClockRecord& clock : frame.clocks) {
    clocks_[clock.partition] = clock;
  }
}

Status FileLog::Append(const Frame& frame) {
  RETURN_IF_ERROR(broken_);
  if (frame.sequence != sequence_ + 1) {
    return FailedPrecondition(
        StrCat("frame ", frame.sequence, " cannot follow frame ", sequence_));
  }
  const bool has_frames = shared_->segments.rbegin()->first <= sequence_;
  if (has_frames && file_bytes_ >= options_.segment_bytes) {
    RETURN_IF_ERROR(Sync());
    RETURN_IF_ERROR(StartSegment(frame.sequence));
  }
  buffer_.clear();
  AppendEntry(frame, durable(), &buffer_);
  const Status appended = file_->Append(buffer_);
  if (absl::IsResourceExhausted(appended)) {
    const Status cut = file_->Truncate(file_bytes_);
    return cut.ok() ? appended : Broken(cut);
  }
  if (!appended.ok()) return Broken(appended);
  file_bytes_ += buffer_.size();
  Remember(frame);
  const std::lock_guard lock(shared_->mutex);
  shared_->segments.rbegin()->second = file_bytes_;
  return OkStatus();
}

Status FileLog::Sync() {
  RETURN_IF_ERROR(broken_);
  if (durable() == sequence_) return OkStatus();
  const Status synced = file_->Sync();
  if (!synced.ok()) return Broken(synced);
  const std::lock_guard lock(shared_->mutex);
  shared_->durable = sequence_;
  return OkStatus();
}

uint64_t FileLog::durable() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->durable;
}

Status FileLog::Trim(uint64_t sequence) {
  for (;;) {
    uint64_t first = 0;
    {
      const std::lock_guard lock(shared_->mutex);
      const auto oldest = shared_->segments.begin();
      const auto second = std::next(oldest);
      if (second == shared_->segments.end() || second->first > sequence) {
        return OkStatus();
      }
      first = oldest->first;
      shared_->segments.erase(oldest);
    }
    RETURN_IF_ERROR(disk_->Remove(Path(first)));
    // One after another, so that no crash leaves a hole among the files.
    RETURN_IF_ERROR(disk_->SyncFolder(options_.folder));
  }
}

LogTail FileLog::tail() const {
  LogTail tail;
  tail.sequence = sequence_;
  tail.log_time = log_time_;
  tail.epoch = epoch_;
  for (const auto& [partition, clock] : clocks_) tail.clocks.push_back(clock);
  return tail;
}

uint64_t FileLog::bytes() const {
  const std::lock_guard lock(shared_->mutex);
  uint64_t bytes = 0;
  for (const auto& [first, size] : shared_->segments) bytes += size;
  return bytes;
}

std::unique_ptr<LogReader> FileLog::NewReader() const {
  return std::make_unique<FileLogReader>(disk_, options_.folder, shared_);
}

}  // namespace tocsin
