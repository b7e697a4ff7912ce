// SPDX-License-Identifier: Apache-2.0
#include "connectors/file_sink.h"

#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tocsin::connectors {
namespace {

// Written to the file once this much has gathered.
constexpr size_t kBufferBytes = 1 << 16;

class FileSink final : public RecordSink {
 public:
  FileSink(std::string path, int fd) : path_(std::move(path)), fd_(fd) {
    struct stat info {};
    regular_ = ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
    size_ = regular_ ? info.st_size : 0;
    inode_ = info.st_ino;
  }
  ~FileSink() override {
    (void)WriteOut();
    if (fd_ != STDOUT_FILENO) ::close(fd_);
  }

  Status Write(const OutRecord& record) override {
    // A buffer that could not be written is tried first, so that a record is
    // refused before it is taken, never after.
    if (buffer_.size() >= kBufferBytes) RETURN_IF_ERROR(WriteOut());
    buffer_ += record.value;
    buffer_ += '\n';
    return OkStatus();
  }

  Status Flush() override {
    RETURN_IF_ERROR(WriteOut());
    if (regular_ && ::fdatasync(fd_) != 0) return Failed("flush");
    return OkStatus();
  }

  std::string Mark() const override { return StrCat(inode_, " ", size_); }

  Status Rewind(std::string_view mark) override {
    std::istringstream in{std::string(mark)};
    uint64_t inode = 0;
    int64_t size = 0;
    // Another file (rotated away): nothing of it can be cut, ids tell repeats.
    if (!(in >> inode >> size) || inode != inode_ || size > size_) {
      return OkStatus();
    }
    if (::ftruncate(fd_, size) != 0) return Failed("truncate");
    size_ = size;
    return OkStatus();
  }

 private:
  Status WriteOut() {
    size_t done = 0;
    while (done < buffer_.size()) {
      const ssize_t wrote =
          ::write(fd_, buffer_.data() + done, buffer_.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) {
        const Status failed = Failed("write");
        // Half a record must not stay behind.
        if (regular_ && ::ftruncate(fd_, size_) == 0) return failed;
        buffer_.erase(0, done);
        return failed;
      }
      done += static_cast<size_t>(wrote);
    }
    size_ += static_cast<int64_t>(done);
    buffer_.clear();
    return OkStatus();
  }

  Status Failed(const char* what) const {
    return ResourceExhausted(
        StrCat("cannot ", what, " ", path_, ": ", std::strerror(errno)));
  }

  std::string path_;
  int fd_;
  bool regular_ = false;
  int64_t size_ = 0;
  uint64_t inode_ = 0;
  std::string buffer_;
};

}  // namespace

StatusOr<std::unique_ptr<RecordSink>> OpenFileSink(const std::string& path,
                                                   FileMode mode) {
  if (path == "-") return std::make_unique<FileSink>(path, STDOUT_FILENO);
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
                    (mode == FileMode::kReplace ? O_TRUNC : 0);
  const int fd = ::open(path.c_str(), flags, 0644);
  if (fd < 0) {
    return Unavailable(
        StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  return std::make_unique<FileSink>(path, fd);
}

}  // namespace tocsin::connectors
