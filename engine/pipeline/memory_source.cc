// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/memory_source.h"

namespace tocsin {

Status MemorySource::Start(const std::vector<Resume>&) {
  chunk_ = message_ = 0;
  next_offset_ = 0;
  SkipEmpty();
  return OkStatus();
}

void MemorySource::SkipEmpty() {
  while (chunk_ < chunks_->size() &&
         message_ == (*chunks_)[chunk_].messages.size()) {
    ++chunk_;
    message_ = 0;
  }
}

Status MemorySource::Poll(DurationNs, size_t max_messages, size_t max_bytes,
                          Batch* batch) {
  while (!finished() && batch->messages.size() < max_messages &&
         batch->slab.size() < max_bytes) {
    const Batch& chunk = (*chunks_)[chunk_];
    RawMessage message = chunk.messages[message_];
    message.partition = partition_;
    next_offset_ = message.offset + 1;
    batch->Add(message, chunk.bytes(chunk.messages[message_]));
    ++message_;
    SkipEmpty();
  }
  return OkStatus();
}

std::vector<PartitionStatus> MemorySource::Partitions() const {
  PartitionStatus status;
  status.partition = partition_;
  status.next_offset = next_offset_;
  status.caught_up = status.ended = finished();
  return {status};
}

std::vector<Batch> ChunksOf(Partition partition,
                            const std::vector<std::string>& lines) {
  std::vector<Batch> chunks(1);
  for (const std::string& line : lines) {
    RawMessage message;
    message.partition = partition;
    message.offset = static_cast<int64_t>(chunks[0].messages.size());
    chunks[0].Add(message, line);
  }
  return chunks;
}

}  // namespace tocsin
