// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/apply_stage.h"

#include <utility>

#include "engine/pipeline/node_metrics.h"

namespace tocsin {
namespace {

constexpr DurationNs kReportEvery = 200 * kMillisecond;

}  // namespace

ApplyStage::ApplyStage(const NodeOptions& options, Detection* detection,
                       Queue<NodeOutput>* out, NodeState* state)
    : options_(options),
      detection_(detection),
      out_(out),
      state_(state),
      copied_(detection->sequence()),
      next_copy_(options.clock->Mono() + options.snapshot_interval) {
  state_->applied = detection->sequence();
}

Status ApplyStage::CatchUp(LogReader* reader, uint64_t through) {
  Frame frame;
  while (detection_->sequence() < through && !state_->ending()) {
    ASSIGN_OR_RETURN(const bool there, reader->Next(&frame));
    if (!there) {
      return Internal(StrCat("the log ends before its frame ", through));
    }
    if (!Apply(frame)) return OkStatus();
  }
  return OkStatus();
}

bool ApplyStage::Apply(const Frame& frame) {
  NodeOutput output;
  detection_->Apply(frame, &output.outputs);
  state_->applied = frame.sequence;
  state_->reorder_fill = detection_->ReorderFill();
  CountOutputs(output.outputs, &state_->metrics());
  const TimeNs now = options_.clock->Mono();
  if (now >= next_report_) {
    next_report_ = now + kReportEvery;
    Report();
  }
  const bool any =
      !output.outputs.findings.empty() || !output.outputs.incidents.empty();
  if (any && !out_->Push(std::move(output))) return false;
  return now < next_copy_ || Copy();
}

bool ApplyStage::Copy() {
  next_copy_ = options_.clock->Mono() + options_.snapshot_interval;
  Report();
  if (detection_->sequence() == copied_) return true;
  NodeOutput output;
  output.copy.emplace();
  output.copy->sequence = detection_->sequence();
  for (uint32_t part = 0; part <= kShardCount; ++part) {
    output.copy->parts.push_back(detection_->Save(part));
  }
  copied_ = detection_->sequence();
  return out_->Push(std::move(output));
}

void ApplyStage::Report() { CountDetection(*detection_, &state_->metrics()); }

}  // namespace tocsin
