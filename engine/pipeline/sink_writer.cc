// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/sink_writer.h"

#include <utility>

namespace tocsin {

SinkWriter::SinkWriter(std::string_view name, std::unique_ptr<RecordSink> sink,
                       NodeState* state)
    : name_(name), sink_(std::move(sink)), state_(state) {
  if (open()) {
    state_->metrics().Set("tocsin_outputs_blocked", 0, {{"output", name_}});
  }
}

Status SinkWriter::Judge(const Status& status) {
  const bool later =
      absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
  state_->SetProblem("output " + name_, later ? Message(status) : "");
  state_->metrics().Set("tocsin_outputs_blocked", later ? 1 : 0,
                        {{"output", name_}});
  return later ? Unavailable(Message(status)) : status;
}

Status SinkWriter::Write(const OutRecord& record) {
  if (!open()) return OkStatus();
  const Status written = sink_->Write(record);
  if (written.ok()) dirty_ = true;
  // Only Flush() tells that a sink that buffers works again.
  return written.ok() ? written : Judge(written);
}

Status SinkWriter::Flush() {
  if (!dirty_) return OkStatus();
  const Status flushed = Judge(sink_->Flush());
  if (flushed.ok()) dirty_ = false;
  return flushed;
}

std::string SinkWriter::Mark() const { return open() ? sink_->Mark() : ""; }

Status SinkWriter::Rewind(std::string_view mark) {
  return open() && !mark.empty() ? sink_->Rewind(mark) : OkStatus();
}

}  // namespace tocsin
