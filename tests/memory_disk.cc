// SPDX-License-Identifier: Apache-2.0
#include "tests/memory_disk.h"

#include <algorithm>

namespace tocsin::testing {

class MemoryFile final : public DiskFile {
 public:
  MemoryFile(MemoryDisk* disk, std::shared_ptr<MemoryDisk::Node> node,
             uint64_t life)
      : disk_(disk), node_(std::move(node)), life_(life) {}

  Status Append(std::string_view bytes) override {
    const std::lock_guard lock(disk_->mutex_);
    RETURN_IF_ERROR(Check());
    const uint64_t used = disk_->Used();
    const uint64_t free = disk_->capacity_ - std::min(disk_->capacity_, used);
    node_->bytes.append(bytes.substr(0, free));
    if (free >= bytes.size()) return OkStatus();
    return ResourceExhausted("no space left on device");
  }
  Status Sync() override {
    const std::lock_guard lock(disk_->mutex_);
    RETURN_IF_ERROR(Check());
    node_->durable = node_->bytes;
    return OkStatus();
  }
  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(disk_->mutex_);
    RETURN_IF_ERROR(Check());
    node_->bytes.resize(size);
    return OkStatus();
  }

 private:
  Status Check() const {
    if (life_ != disk_->life_) return Unavailable("opened before the crash");
    return disk_->Change();
  }

  MemoryDisk* disk_;
  std::shared_ptr<MemoryDisk::Node> node_;
  uint64_t life_;
};

Status MemoryDisk::Change() {
  if (calls_ >= stop_at_) return Unavailable("the power is gone");
  ++calls_;
  return OkStatus();
}

void MemoryDisk::Name(const std::string& path, std::shared_ptr<Node> node) {
  changes_.emplace_back(path, node);
  if (node == nullptr) {
    names_.erase(path);
  } else {
    names_[path] = std::move(node);
  }
}

uint64_t MemoryDisk::Used() const {
  uint64_t used = 0;
  for (const auto& [path, node] : names_) used += node->bytes.size();
  return used;
}

StatusOr<std::unique_ptr<DiskFile>> MemoryDisk::Open(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const std::string name(path);
  if (!names_.contains(name)) {
    RETURN_IF_ERROR(Change());
    Name(name, std::make_shared<Node>());
  }
  return std::unique_ptr<DiskFile>(
      std::make_unique<MemoryFile>(this, names_[name], life_));
}

StatusOr<std::string> MemoryDisk::Read(std::string_view path, uint64_t offset,
                                       uint64_t max) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(std::string(path));
  if (found == names_.end()) return NotFound(std::string(path));
  const std::string& bytes = found->second->bytes;
  return bytes.substr(std::min<uint64_t>(offset, bytes.size()), max);
}

StatusOr<uint64_t> MemoryDisk::Size(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(std::string(path));
  if (found == names_.end()) return NotFound(std::string(path));
  return found->second->bytes.size();
}

Status MemoryDisk::Rename(std::string_view from, std::string_view to) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Change());
  const auto found = names_.find(std::string(from));
  if (found == names_.end()) return NotFound(std::string(from));
  const std::shared_ptr<Node> node = found->second;
  // One step: no crash sees both names or none.
  changes_.emplace_back(std::string(to), node);
  changes_.emplace_back(std::string(from), nullptr);
  names_.erase(found);
  names_[std::string(to)] = node;
  return OkStatus();
}

Status MemoryDisk::Remove(std::string_view path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Change());
  if (!names_.contains(std::string(path))) return NotFound(std::string(path));
  Name(std::string(path), nullptr);
  return OkStatus();
}

StatusOr<std::vector<std::string>> MemoryDisk::List(std::string_view folder) {
  const std::lock_guard lock(mutex_);
  const std::string prefix = StrCat(folder, "/");
  std::vector<std::string> names;
  for (const auto& [path, node] : names_) {
    if (path.starts_with(prefix) &&
        path.find('/', prefix.size()) == std::string::npos) {
      names.push_back(path.substr(prefix.size()));
    }
  }
  return names;
}

Status MemoryDisk::MakeFolder(std::string_view) { return OkStatus(); }

// All folders at once: a journal does not tell them apart either.
Status MemoryDisk::SyncFolder(std::string_view) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Change());
  durable_names_ = names_;
  changes_.clear();
  return OkStatus();
}

StatusOr<std::shared_ptr<void>> MemoryDisk::Lock(std::string_view path) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<void>& held = locks_[std::string(path)];
  if (!held.expired()) return FailedPrecondition("somebody holds the lock");
  auto mine = std::make_shared<int>(0);
  held = mine;
  return std::shared_ptr<void>(std::move(mine));
}

void MemoryDisk::set_capacity(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

void MemoryDisk::StopAfter(uint64_t calls) {
  const std::lock_guard lock(mutex_);
  stop_at_ = calls_ + calls;
}

uint64_t MemoryDisk::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void MemoryDisk::Forget(Node* node) {
  const std::string& durable = node->durable;
  if (!node->bytes.starts_with(durable)) {  // it was cut in between
    if (random_() % 2 == 0) node->bytes = durable;
  } else if (node->bytes.size() > durable.size()) {
    const size_t kept = random_() % (node->bytes.size() - durable.size() + 1);
    node->bytes.resize(durable.size() + kept);
    if (kept > 0 && random_() % 3 == 0) {
      const size_t from = durable.size() + random_() % kept;
      std::fill(node->bytes.begin() + static_cast<ptrdiff_t>(from),
                node->bytes.end(), static_cast<char>(random_() % 2 * 0xa5));
    }
  }
  node->durable = node->bytes;
}

void MemoryDisk::Crash() {
  const std::lock_guard lock(mutex_);
  size_t kept = random_() % (changes_.size() + 1);
  // Not between the two halves of a rename.
  if (kept > 0 && kept < changes_.size() && !changes_[kept].second &&
      changes_[kept - 1].second) {
    ++kept;
  }
  names_ = durable_names_;
  for (size_t i = 0; i < kept; ++i) {
    const auto& [path, node] = changes_[i];
    if (node == nullptr) {
      names_.erase(path);
    } else {
      names_[path] = node;
    }
  }
  changes_.clear();
  locks_.clear();
  durable_names_ = names_;
  for (const auto& [path, node] : names_) Forget(node.get());
  stop_at_ = UINT64_MAX;
  ++life_;
}

void MemoryDisk::FlipBit(const std::string& path, uint64_t bit) {
  const std::lock_guard lock(mutex_);
  Node& node = *names_.at(path);
  char& byte = node.bytes.at(bit / 8);
  byte = static_cast<char>(byte ^ (1 << (bit % 8)));
  node.durable = node.bytes;
}

}  // namespace tocsin::testing
