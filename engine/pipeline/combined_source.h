// SPDX-License-Identifier: Apache-2.0
//
// CombinedSource: several MessageSources as one, polled in turn. One that is
// unavailable does not stop the others.
//
// Threads: one owner. Tested by: tests/engine/pipeline/combined_source_test.cc
#pragma once

#include <memory>
#include <vector>

#include "engine/pipeline/ports.h"

namespace tocsin {

class CombinedSource final : public MessageSource {
 public:
  struct Member {
    std::vector<InputId> inputs;  // whose positions and commands it gets
    std::unique_ptr<MessageSource> source;
  };
  explicit CombinedSource(std::vector<Member> members);

  Status Start(const std::vector<Resume>& resume) override;
  Status Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
              Batch* batch) override;
  void Pause(Partition partition) override;
  void Unpause(Partition partition) override;
  std::vector<PartitionStatus> Partitions() const override;
  std::vector<Hole> TakeHoles() override;
  bool ready() const override;
  std::string why() const override;
  bool finished() const override;
  void Commit(const std::vector<Resume>& durable) override;

 private:
  MessageSource* Of(Partition partition) const;
  std::vector<Resume> Mine(const Member& member,
                           const std::vector<Resume>& all) const;

  std::vector<Member> members_;
  size_t next_ = 0;
};

}  // namespace tocsin
