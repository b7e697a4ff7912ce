// SPDX-License-Identifier: Apache-2.0
#include "engine/state/snapshot.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "engine/base/bytes.h"
#include "engine/base/checksum.h"

namespace tocsin {
namespace {

constexpr uint32_t kMagic = 0x7053'6354;  // "TcSp"
constexpr uint32_t kFormat = 1;
constexpr size_t kHeadBytes = 4 + 4 + 4 + 16 + 4 + 8 + 8 + 4;
constexpr std::string_view kEnding = ".snapshot";
constexpr std::string_view kNewEnding = ".new";
constexpr size_t kKept = 2;

// "SHARD-SEQUENCE.snapshot", with digits so that names sort as numbers.
std::string Digits(uint64_t number, size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string Prefix(uint32_t shard) { return Digits(shard, 3) + "-"; }

std::string Name(uint32_t shard, uint64_t sequence) {
  return StrCat(Prefix(shard), Digits(sequence, 20), kEnding);
}

Status Damaged(std::string_view path) {
  return DataLoss(StrCat(path, ": the snapshot is damaged"));
}

}  // namespace

std::string SnapshotStore::Path(std::string_view name) const {
  return StrCat(folder_, "/", name);
}

// Of one shard, oldest first.
StatusOr<std::vector<std::string>> SnapshotStore::Files(uint32_t shard) const {
  StatusOr<std::vector<std::string>> names = disk_->List(folder_);
  if (absl::IsNotFound(names.status())) return std::vector<std::string>();
  RETURN_IF_ERROR(names.status());
  const std::string prefix = Prefix(shard);
  std::erase_if(*names, [&](const std::string& name) {
    return !name.starts_with(prefix) || !name.ends_with(kEnding);
  });
  return names;
}

Status SnapshotStore::Write(const Snapshot& snapshot) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.U32(kMagic);
  out.U32(kFormat);
  out.U32(snapshot.semantics);
  out.Hash(snapshot.bundle);
  out.U32(snapshot.shard);
  out.U64(snapshot.sequence);
  out.U64(snapshot.body.size());
  out.U32(Crc32(bytes));
  bytes += snapshot.body;
  out.U32(Crc32(snapshot.body));

  RETURN_IF_ERROR(disk_->MakeFolder(folder_));
  const std::string path = Path(Name(snapshot.shard, snapshot.sequence));
  const std::string beside = StrCat(path, kNewEnding);
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<DiskFile> file, disk_->Open(beside));
    RETURN_IF_ERROR(file->Truncate(0));
    RETURN_IF_ERROR(file->Append(bytes));
    return file->Sync();
  };
  const Status written = write();
  if (!written.ok()) {
    (void)disk_->Remove(beside);  // the next Write() replaces it otherwise
    return written;
  }
  RETURN_IF_ERROR(disk_->Rename(beside, path));
  RETURN_IF_ERROR(disk_->SyncFolder(folder_));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Files(snapshot.shard));
  for (size_t i = 0; i + kKept < names.size(); ++i) {
    RETURN_IF_ERROR(disk_->Remove(Path(names[i])));
  }
  return OkStatus();
}

StatusOr<Snapshot> SnapshotStore::Read(const std::string& name,
                                       bool with_body) const {
  const std::string path = Path(name);
  ASSIGN_OR_RETURN(const std::string bytes,
                   disk_->Read(path, 0, with_body ? UINT64_MAX : kHeadBytes));
  ByteReader in(bytes);
  const uint32_t magic = in.U32();
  const uint32_t format = in.U32();
  Snapshot snapshot;
  snapshot.semantics = in.U32();
  snapshot.bundle = in.Hash();
  snapshot.shard = in.U32();
  snapshot.sequence = in.U64();
  const uint64_t size = in.U64();
  const uint32_t crc = in.U32();
  if (!in.ok() || magic != kMagic ||
      crc != Crc32(std::string_view(bytes).substr(0, kHeadBytes - 4)) ||
      name != Name(snapshot.shard, snapshot.sequence)) {
    return Damaged(path);
  }
  if (format != kFormat || snapshot.semantics != kSemanticsVersion) {
    return FailedPrecondition(StrCat(
        path, ": the stored state is of another version of the program (",
        format, ".", snapshot.semantics, ", this one has ", kFormat, ".",
        kSemanticsVersion,
        "); run that one, or give the stored state up with --reset-state"));
  }
  if (!with_body) return snapshot;
  if (bytes.size() < kHeadBytes + 4 || bytes.size() - kHeadBytes - 4 != size) {
    return Damaged(path);
  }
  snapshot.body = bytes.substr(kHeadBytes, size);
  ByteReader end(std::string_view(bytes).substr(kHeadBytes + size));
  if (end.U32() != Crc32(snapshot.body)) return Damaged(path);
  return snapshot;
}

StatusOr<std::optional<Snapshot>> SnapshotStore::Newest(
    uint32_t shard, uint64_t at_most) const {
  ASSIGN_OR_RETURN(std::vector<std::string> names, Files(shard));
  std::erase_if(names, [&](const std::string& name) {
    return name > Name(shard, at_most);
  });
  if (names.empty()) return std::optional<Snapshot>();
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    StatusOr<Snapshot> snapshot = Read(*name, true);
    if (snapshot.ok()) return std::optional(*std::move(snapshot));
    if (!absl::IsDataLoss(snapshot.status())) return snapshot.status();
  }
  return DataLoss(
      StrCat(Path(names.back()),
             ": the snapshot is damaged and no older one is "
             "whole; restore it from a copy, or give the stored state up with "
             "--reset-state"));
}

StatusOr<std::optional<uint64_t>> SnapshotStore::Floor(uint32_t shard) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Files(shard));
  std::optional<uint64_t> floor;
  if (names.size() < kKept) return floor;
  for (const std::string& name : names) {
    // The head suffices: a damaged body makes the floor too low, never too
    // high.
    StatusOr<Snapshot> snapshot = Read(name, false);
    if (absl::IsDataLoss(snapshot.status())) continue;
    RETURN_IF_ERROR(snapshot.status());
    return std::optional(snapshot->sequence);
  }
  return floor;
}

}  // namespace tocsin
