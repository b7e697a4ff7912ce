// SPDX-License-Identifier: Apache-2.0
//
// Convert: values as a source declares its field to be (`is TYPE`).
//
// Threads: pure functions on the caller's memory.
// Tested by: tests/engine/match/source_view_test.cc
#pragma once

#include <optional>

#include "engine/base/arena.h"
#include "engine/base/time.h"
#include "engine/event/value.h"
#include "engine/plan/source.h"
#include "engine/plan/text_pool.h"

namespace tocsin {

// A time from RFC 3339 text, an epoch number or nanoseconds (plan/operators:
// `timestamp`).
std::optional<TimeNs> TimeOfValue(const Value& value);

// The value as `type`; nothing when it does not convert. Made text lives in
// `pool`.
std::optional<Value> ConvertValue(const Value& value, const FieldType& type,
                                  TextPool* pool);

// All of them, without those that do not convert; the same span where nothing
// changes, else one in `arena`.
Values Convert(const Values& values, const FieldType& type, Arena* arena,
               TextPool* pool);

}  // namespace tocsin
