// SPDX-License-Identifier: Apache-2.0
//
// exists, == null and size: questions about the values as a whole.
#include "engine/plan/op/functions.h"

namespace tocsin {

bool Exists(const Values& values) { return values.present; }

bool IsNull(const Values& values) { return values.missing(); }

// An empty array has the size 0 (it is there, although each comparison with
// its elements is false); null and what is not there have none.
std::optional<Value> Size(const Values& values) {
  if (!values.present) return std::nullopt;
  if (values.values.empty()) return Value::Int(0);
  if (values.missing()) return std::nullopt;
  return Value::Int(static_cast<int64_t>(values.values.size()));
}

}  // namespace tocsin
