// SPDX-License-Identifier: Apache-2.0
//
// MemorySource: messages that are in memory already, as one partition of one
// input. Tests feed the pipeline with it, and benchmarks, which must not
// measure disks.
//
// Threads: one owner.
// Tested by: tests/engine/pipeline/replay_test.cc
#pragma once

#include <string>
#include <vector>

#include "engine/pipeline/ports.h"

namespace tocsin {

class MemorySource final : public MessageSource {
 public:
  // Gives the messages of `chunks` in order, as they are.
  MemorySource(Partition partition, const std::vector<Batch>* chunks)
      : partition_(partition), chunks_(chunks) {}

  Status Start(const std::vector<Resume>& resume) override;
  Status Poll(DurationNs wait, size_t max_messages, size_t max_bytes,
              Batch* batch) override;
  void Pause(Partition) override {}
  void Unpause(Partition) override {}
  std::vector<PartitionStatus> Partitions() const override;
  std::vector<Hole> TakeHoles() override { return {}; }
  bool ready() const override { return true; }
  std::string why() const override { return ""; }
  bool finished() const override { return chunk_ == chunks_->size(); }
  void Commit(const std::vector<Resume>&) override {}

 private:
  void SkipEmpty();

  const Partition partition_;
  const std::vector<Batch>* const chunks_;
  size_t chunk_ = 0;
  size_t message_ = 0;  // in the chunk
  int64_t next_offset_ = 0;
};

// Lines as the messages of one chunk, numbered from 0.
std::vector<Batch> ChunksOf(Partition partition,
                            const std::vector<std::string>& lines);

}  // namespace tocsin
