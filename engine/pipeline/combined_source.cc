// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/combined_source.h"

#include <algorithm>
#include <utility>

namespace tocsin {

CombinedSource::CombinedSource(std::vector<Member> members)
    : members_(std::move(members)) {}

MessageSource* CombinedSource::Of(Partition partition) const {
  for (const Member& member : members_) {
    if (std::find(member.inputs.begin(), member.inputs.end(),
                  partition.input) != member.inputs.end()) {
      return member.source.get();
    }
  }
  return nullptr;
}

std::vector<Resume> CombinedSource::Mine(const Member& member,
                                         const std::vector<Resume>& all) const {
  std::vector<Resume> mine;
  for (const Resume& resume : all) {
    if (Of(resume.partition) == member.source.get()) mine.push_back(resume);
  }
  return mine;
}

Status CombinedSource::Start(const std::vector<Resume>& resume) {
  for (const Member& member : members_) {
    RETURN_IF_ERROR(member.source->Start(Mine(member, resume)));
  }
  return OkStatus();
}

// Asks every member once, waiting only at the first, and starts with another
// one each time. Unavailable only where no member was available.
Status CombinedSource::Poll(DurationNs wait, size_t max_messages,
                            size_t max_bytes, Batch* batch) {
  next_ = (next_ + 1) % members_.size();
  Status unavailable;
  bool any_available = false;
  const size_t before = batch->messages.size();
  for (size_t i = 0; i < members_.size(); ++i) {
    MessageSource& source = *members_[(next_ + i) % members_.size()].source;
    if (batch->messages.size() >= max_messages ||
        batch->slab.size() >= max_bytes) {
      break;
    }
    const bool last_chance =
        i + 1 == members_.size() && batch->messages.size() == before;
    const Status polled =
        source.Poll(last_chance ? wait : 0, max_messages, max_bytes, batch);
    if (absl::IsUnavailable(polled)) {
      unavailable = polled;
    } else {
      RETURN_IF_ERROR(polled);
      any_available = true;
    }
  }
  return any_available ? OkStatus() : unavailable;
}

void CombinedSource::Pause(Partition partition) {
  if (MessageSource* source = Of(partition)) source->Pause(partition);
}

void CombinedSource::Unpause(Partition partition) {
  if (MessageSource* source = Of(partition)) source->Unpause(partition);
}

std::vector<PartitionStatus> CombinedSource::Partitions() const {
  std::vector<PartitionStatus> all;
  for (const Member& member : members_) {
    for (PartitionStatus& status : member.source->Partitions()) {
      all.push_back(std::move(status));
    }
  }
  return all;
}

std::vector<Hole> CombinedSource::TakeHoles() {
  std::vector<Hole> all;
  for (const Member& member : members_) {
    for (const Hole& hole : member.source->TakeHoles()) all.push_back(hole);
  }
  return all;
}

bool CombinedSource::ready() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const Member& m) { return m.source->ready(); });
}

std::string CombinedSource::why() const {
  for (const Member& member : members_) {
    if (!member.source->ready()) return member.source->why();
  }
  return "";
}

bool CombinedSource::finished() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const Member& m) { return m.source->finished(); });
}

void CombinedSource::Commit(const std::vector<Resume>& durable) {
  for (const Member& member : members_) {
    member.source->Commit(Mine(member, durable));
  }
}

}  // namespace tocsin
