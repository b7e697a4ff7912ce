// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/op/prepared_set.h"

namespace tocsin {

Status Prepare(const Operator& op, const LiteralSet& literals,
               const Limits& limits, PreparedSet* set) {
  if (op.prepare == nullptr) {
    return Internal(StrCat("operator ", op.name, " takes no literals"));
  }
  if (!literals.all) return op.prepare(literals, limits, set);
  for (const Literal& literal : literals.items) {
    PreparedSet& one = set->each.emplace_back();
    RETURN_IF_ERROR(
        op.prepare({.items = {literal}, .all = false}, limits, &one));
    set->needs_text = set->needs_text || one.needs_text;
    set->needs_folded = set->needs_folded || one.needs_folded;
    set->has_null = set->has_null || one.has_null;
  }
  return OkStatus();
}

}  // namespace tocsin
