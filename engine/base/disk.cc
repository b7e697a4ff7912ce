// SPDX-License-Identifier: Apache-2.0
#include "engine/base/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tocsin {
namespace {

namespace fs = std::filesystem;

Status Error(std::string_view path, std::string_view call, int error) {
  const std::string message =
      StrCat(path, ": ", call, ": ", std::generic_category().message(error));
  switch (error) {
    case ENOENT:
      return NotFound(message);
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(message);
    default:
      return Unavailable(message);
  }
}

// Closes a descriptor at the end of scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return number_; }
  bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

Descriptor OpenPath(const std::string& path, int flags) {
  return Descriptor(open(path.c_str(), flags | O_CLOEXEC, 0640));
}

class PosixFile final : public DiskFile {
 public:
  PosixFile(std::string path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Error(path_, "write", errno);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return OkStatus();
  }

  Status Sync() override {
    if (fdatasync(descriptor_.get()) == 0) return OkStatus();
    return Error(path_, "fdatasync", errno);
  }

  Status Truncate(uint64_t size) override {
    if (ftruncate(descriptor_.get(), static_cast<off_t>(size)) == 0) {
      return OkStatus();
    }
    return Error(path_, "ftruncate", errno);
  }

 private:
  std::string path_;
  Descriptor descriptor_;
};

class PosixDisk final : public Disk {
 public:
  StatusOr<std::unique_ptr<DiskFile>> Open(std::string_view path) override {
    const std::string name(path);
    Descriptor descriptor = OpenPath(name, O_WRONLY | O_CREAT | O_APPEND);
    if (!descriptor.ok()) return Error(path, "open", errno);
    return std::unique_ptr<DiskFile>(
        std::make_unique<PosixFile>(name, std::move(descriptor)));
  }

  StatusOr<std::string> Read(std::string_view path, uint64_t offset,
                             uint64_t max) override {
    const Descriptor descriptor = OpenPath(std::string(path), O_RDONLY);
    if (!descriptor.ok()) return Error(path, "open", errno);
    struct stat info = {};
    if (fstat(descriptor.get(), &info) != 0) {
      return Error(path, "fstat", errno);
    }
    const auto size = static_cast<uint64_t>(info.st_size);
    std::string bytes(std::min(max, size - std::min(size, offset)), '\0');
    size_t read = 0;
    while (read < bytes.size()) {
      const ssize_t got =
          pread(descriptor.get(), bytes.data() + read, bytes.size() - read,
                static_cast<off_t>(offset + read));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Error(path, "read", errno);
      if (got == 0) break;
      read += static_cast<size_t>(got);
    }
    bytes.resize(read);
    return bytes;
  }

  StatusOr<uint64_t> Size(std::string_view path) override {
    struct stat info = {};
    if (stat(std::string(path).c_str(), &info) != 0) {
      return Error(path, "stat", errno);
    }
    return static_cast<uint64_t>(info.st_size);
  }

  Status Rename(std::string_view from, std::string_view to) override {
    if (rename(std::string(from).c_str(), std::string(to).c_str()) == 0) {
      return OkStatus();
    }
    return Error(from, "rename", errno);
  }

  Status Remove(std::string_view path) override {
    if (unlink(std::string(path).c_str()) == 0) return OkStatus();
    return Error(path, "unlink", errno);
  }

  StatusOr<std::vector<std::string>> List(std::string_view folder) override {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end;
         !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_regular_file(ignored)) {
        names.push_back(entry->path().filename().string());
      }
    }
    if (error) return Error(folder, "list", error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Status MakeFolder(std::string_view folder) override {
    std::error_code error;
    fs::create_directories(folder, error);
    return error ? Error(folder, "mkdir", error.value()) : OkStatus();
  }

  Status SyncFolder(std::string_view folder) override {
    const Descriptor descriptor =
        OpenPath(std::string(folder), O_RDONLY | O_DIRECTORY);
    if (!descriptor.ok()) return Error(folder, "open", errno);
    if (fsync(descriptor.get()) == 0) return OkStatus();
    return Error(folder, "fsync", errno);
  }

  StatusOr<std::shared_ptr<void>> Lock(std::string_view path) override {
    auto file = std::make_shared<Descriptor>(
        OpenPath(std::string(path), O_RDWR | O_CREAT));
    if (!file->ok()) return Error(path, "open", errno);
    if (flock(file->get(), LOCK_EX | LOCK_NB) == 0) {
      return std::shared_ptr<void>(std::move(file));
    }
    if (errno != EWOULDBLOCK) return Error(path, "flock", errno);
    return FailedPrecondition(
        StrCat(path, ": another process holds this lock"));
  }
};

}  // namespace

std::unique_ptr<Disk> NewPosixDisk() { return std::make_unique<PosixDisk>(); }

}  // namespace tocsin
