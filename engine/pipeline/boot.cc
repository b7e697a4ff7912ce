// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/boot.h"

#include <utility>
#include <vector>

#include "engine/base/bytes.h"

namespace tocsin {
namespace {

constexpr int kWarning = 4;
constexpr int kInfo = 6;
constexpr char kReset[] = "give the stored state up with --reset-state";

std::string LogFolder(const std::string& state) { return state + "/log"; }
std::string SnapshotFolder(const std::string& state) {
  return state + "/snapshots";
}
std::string RulesPath(const std::string& state) { return state + "/rules"; }

StatusOr<std::shared_ptr<void>> LockFolder(Disk* disk,
                                           const std::string& state) {
  RETURN_IF_ERROR(disk->MakeFolder(state));
  StatusOr<std::shared_ptr<void>> lock = disk->Lock(state + "/lock");
  if (!absl::IsFailedPrecondition(lock.status())) return lock;
  return FailedPrecondition(
      StrCat(state, ": another process uses this state folder"));
}

Status WriteDurably(Disk* disk, const std::string& folder,
                    const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  ASSIGN_OR_RETURN(const std::unique_ptr<DiskFile> file, disk->Open(beside));
  RETURN_IF_ERROR(file->Truncate(0));
  RETURN_IF_ERROR(file->Append(bytes));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(disk->Rename(beside, path));
  return disk->SyncFolder(folder);
}

Status OtherRules(const std::string& state) {
  return FailedPrecondition(
      StrCat(state,
             ": the stored state was made with other rules; go back to those, "
             "or ",
             kReset,
             " (counts and open cases start afresh, and input is read "
             "again from where it is configured to start)"));
}

// The log is full of rule numbers, so it belongs to one bundle of rules.
Status CheckRules(const NodeOptions& options) {
  const std::string path = RulesPath(options.state);
  const std::string mine = options.plan->bundle.Hex();
  const StatusOr<std::string> stored = options.disk->Read(path, 0, 64);
  if (absl::IsNotFound(stored.status())) {
    return WriteDurably(options.disk, options.state, path, mine);
  }
  RETURN_IF_ERROR(stored.status());
  return *stored == mine ? OkStatus() : OtherRules(options.state);
}

std::vector<std::string> NamesOf(const Inputs& inputs) {
  std::vector<std::string> names;
  for (const InputInfo& input : inputs) {
    names.push_back(StrCat(input.name, "/", input.topic));
  }
  return names;
}

class Loader {
 public:
  Loader(const NodeOptions& options, SinkWriter* findings,
         SinkWriter* incidents, NodeState* state, Booted* booted)
      : options_(options),
        findings_(findings),
        incidents_(incidents),
        state_(state),
        booted_(*booted) {}

  // Loads the newest snapshots. Without any, the marks of the sinks are
  // stored, so that the next boot knows where the first output began.
  Status Load() {
    booted_.detection =
        std::make_unique<Detection>(options_.plan, options_.inputs);
    ASSIGN_OR_RETURN(const std::optional<Snapshot> cases,
                     booted_.snapshots->Newest(kShardCount));
    if (!cases) return Begin();
    ByteReader in(cases->body);
    findings_mark_ = in.Text();
    incidents_mark_ = in.Text();
    const std::string_view body = in.Text();
    if (!in.ok() || !in.at_end()) return Unreadable(*cases);
    RETURN_IF_ERROR(Load(*cases, body));
    // A shard ahead of the cases would keep findings from them.
    for (uint32_t part = 0; part < kShardCount; ++part) {
      ASSIGN_OR_RETURN(const std::optional<Snapshot> shard,
                       booted_.snapshots->Newest(part, cases->sequence));
      if (shard) RETURN_IF_ERROR(Load(*shard, shard->body));
    }
    return OkStatus();
  }

  // Once nothing else can be refused: cuts off what is written again.
  Status Rewind() {
    RETURN_IF_ERROR(findings_->Rewind(findings_mark_));
    return incidents_->Rewind(incidents_mark_);
  }

 private:
  Status Begin() {
    if (booted_.log->tail().sequence > 0) {
      state_->Log(kWarning, StrCat(options_.state,
                                   ": no snapshot of the cases; outputs are "
                                   "written again from the log's beginning"));
    }
    Snapshot snapshot;
    snapshot.bundle = options_.plan->bundle;
    snapshot.shard = kShardCount;
    snapshot.body = CasesBody(findings_->Mark(), incidents_->Mark(),
                              booted_.detection->Save(kShardCount));
    return booted_.snapshots->Write(snapshot);
  }

  Status Load(const Snapshot& snapshot, std::string_view body) {
    if (snapshot.bundle != options_.plan->bundle) {
      return OtherRules(options_.state);
    }
    if (snapshot.sequence > booted_.log->tail().sequence) {
      return DataLoss(StrCat(
          LogFolder(options_.state), ": the log ends at frame ",
          booted_.log->tail().sequence, ", before the snapshot of frame ",
          snapshot.sequence, "; restore the files from a copy, or ", kReset));
    }
    const Status loaded = booted_.detection->Load(snapshot.shard, body);
    return absl::IsDataLoss(loaded) ? Unreadable(snapshot) : loaded;
  }

  Status Unreadable(const Snapshot& snapshot) const {
    return DataLoss(StrCat(SnapshotFolder(options_.state), ": snapshot ",
                           snapshot.shard, " of frame ", snapshot.sequence,
                           " does not read back; ", kReset));
  }

  const NodeOptions& options_;
  SinkWriter* findings_;
  SinkWriter* incidents_;
  NodeState* state_;
  Booted& booted_;
  std::string findings_mark_;
  std::string incidents_mark_;
};

}  // namespace

std::string CasesBody(std::string_view findings_mark,
                      std::string_view incidents_mark, std::string_view cases) {
  std::string body;
  ByteWriter out(&body);
  out.Text(findings_mark);
  out.Text(incidents_mark);
  out.Text(cases);
  return body;
}

StatusOr<Booted> Boot(const NodeOptions& options, SinkWriter* findings,
                      SinkWriter* incidents, NodeState* state) {
  Booted booted;
  ASSIGN_OR_RETURN(booted.lock, LockFolder(options.disk, options.state));
  RETURN_IF_ERROR(CheckRules(options));
  ASSIGN_OR_RETURN(booted.log,
                   FileLog::Open(options.disk, {LogFolder(options.state),
                                                options.segment_bytes,
                                                NamesOf(options.inputs)}));
  if (booted.log->cut_bytes() > 0) {
    state->Log(kInfo, StrCat("log: cut ", booted.log->cut_bytes(),
                             " bytes that a crash had left unfinished"));
  }
  booted.snapshots = std::make_unique<SnapshotStore>(
      options.disk, SnapshotFolder(options.state));
  Loader loader(options, findings, incidents, state, &booted);
  RETURN_IF_ERROR(loader.Load());
  const uint64_t next = booted.detection->sequence() + 1;
  booted.reader = booted.log->NewReader();
  const Status found = booted.reader->Seek(next);
  if (absl::IsOutOfRange(found)) {
    return DataLoss(StrCat(Message(found),
                           ", and no snapshot reaches it; restore the files "
                           "from a copy, or ",
                           kReset));
  }
  RETURN_IF_ERROR(found);
  RETURN_IF_ERROR(loader.Rewind());
  return booted;
}

Status ResetState(Disk* disk, const std::string& folder) {
  ASSIGN_OR_RETURN(const std::shared_ptr<void> lock, LockFolder(disk, folder));
  for (const std::string& part : {SnapshotFolder(folder), LogFolder(folder)}) {
    StatusOr<std::vector<std::string>> names = disk->List(part);
    if (absl::IsNotFound(names.status())) continue;
    RETURN_IF_ERROR(names.status());
    for (const std::string& name : *names) {
      RETURN_IF_ERROR(disk->Remove(StrCat(part, "/", name)));
    }
    RETURN_IF_ERROR(disk->SyncFolder(part));
  }
  const Status removed = disk->Remove(RulesPath(folder));
  if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  return disk->SyncFolder(folder);
}

}  // namespace tocsin
