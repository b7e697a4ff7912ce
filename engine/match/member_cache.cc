// SPDX-License-Identifier: Apache-2.0
#include "engine/match/member_cache.h"

#include <algorithm>
#include <utility>

#include "engine/base/bytes.h"

namespace tocsin {

MemberCache::MemberCache(const Plan* plan) {
  for (uint32_t i = 0; i < plan->sources.size(); ++i) {
    const ExprId where = plan->sources[i].where;
    std::vector<PathId> paths;
    if (where.valid() && !Collect(*plan, where, &paths)) continue;
    decided_.push_back({i});
    paths_.insert(paths_.end(), paths.begin(), paths.end());
  }
  std::sort(paths_.begin(), paths_.end());
  paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
}

bool MemberCache::Collect(const Plan& plan, ExprId id,
                          std::vector<PathId>* paths) {
  const Expr& expr = plan.expr(id);
  if (expr.node == Node::kAnywhere || expr.node == Node::kInSource) {
    return false;
  }
  for (const ExprId arg : expr.args) {
    if (!Collect(plan, arg, paths)) return false;
  }
  if (expr.node != Node::kField) return true;
  const Field& field = plan.fields[expr.a];
  for (const SourceId absent : field.absent) {
    if (absent != field.inside) return false;
  }
  for (const FieldStep& step : field.steps) {
    if (step.source.valid() && step.source != field.inside) return false;
    switch (step.kind) {
      case FieldStep::Kind::kRaw:
        paths->push_back(step.path);
        break;
      case FieldStep::Kind::kExpr:
        if (!Collect(plan, step.expr, paths)) return false;
        break;
      case FieldStep::Kind::kTopic:
      case FieldStep::Kind::kInput:
        break;
      default:
        return false;
    }
  }
  return true;
}

const std::vector<bool>* MemberCache::Find(EventView* event,
                                           const void* input) {
  key_.clear();
  ByteWriter writer(&key_);
  writer.U64(reinterpret_cast<uintptr_t>(input));
  usable_ = true;
  for (uint32_t i = 0; i < paths_.size() && usable_; ++i) {
    if (!event->Present(paths_[i])) continue;
    const Values& values = event->Get(paths_[i]);
    writer.Varint(i);
    writer.Varint(values.values.size());
    for (const Value& value : values.values) Encode(value, &writer);
    usable_ = key_.size() <= kKeyBytes;
  }
  if (!usable_) return nullptr;
  const auto found = known_.find(std::string_view(key_));
  return found == known_.end() ? nullptr : &found->second;
}

void MemberCache::Put(std::vector<bool> members) {
  if (!usable_) return;
  if (known_.size() >= kEntries) known_.clear();
  known_.emplace(key_, std::move(members));
}

}  // namespace tocsin
