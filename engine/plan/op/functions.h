// SPDX-License-Identifier: Apache-2.0
//
// The functions behind the rows of the operator table, one family per file of
// this folder. Only operators.cc reads this.
//
// What they share: objects and null never satisfy a member test; an Operand
// whose `text` has no data has no text form.
// Threads: pure functions. Tested by: tests/engine/plan/operators_test.cc
#pragma once

#include <optional>
#include <span>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/event/value.h"
#include "engine/plan/operators.h"

namespace tocsin {

using CallArgs = std::span<const Value>;

// equality.cc: == != in
Status PrepareEqual(const LiteralSet&, const Limits&, PreparedSet*);
bool MemberEqual(const Operand& value, const PreparedSet& set);
bool CompareEqual(const Operand& a, const Operand& b);

// order.cc: < <= > >= and ranges
Status PrepareNumbers(const LiteralSet&, const Limits&, PreparedSet*);
bool MemberLess(const Operand& value, const PreparedSet& set);
bool MemberLessEqual(const Operand& value, const PreparedSet& set);
bool MemberGreater(const Operand& value, const PreparedSet& set);
bool MemberGreaterEqual(const Operand& value, const PreparedSet& set);
bool MemberRange(const Operand& value, const PreparedSet& set);
bool CompareLess(const Operand& a, const Operand& b);
bool CompareLessEqual(const Operand& a, const Operand& b);
bool CompareGreater(const Operand& a, const Operand& b);
bool CompareGreaterEqual(const Operand& a, const Operand& b);

// cidr.cc
Status PrepareCidr(const LiteralSet&, const Limits&, PreparedSet*);
bool InCidr(const Operand& value, const PreparedSet& set);

// search.cc: contains startswith endswith
Status PrepareTexts(const LiteralSet&, const Limits&, PreparedSet*);
bool ContainsText(const Operand& value, const PreparedSet& set);
bool StartsWithText(const Operand& value, const PreparedSet& set);
bool EndsWithText(const Operand& value, const PreparedSet& set);
bool CompareContains(const Operand& a, const Operand& b);
bool CompareStartsWith(const Operand& a, const Operand& b);
bool CompareEndsWith(const Operand& a, const Operand& b);

// like.cc
Status PrepareLike(const LiteralSet&, const Limits&, PreparedSet*);
bool Like(const Operand& value, const PreparedSet& set);

// matches.cc
Status PrepareRegexes(const LiteralSet&, const Limits&, PreparedSet*);
bool MatchesRegex(const Operand& value, const PreparedSet& set);

// presence.cc: exists, == null, size
bool Exists(const Values& values);
bool IsNull(const Values& values);
std::optional<Value> Size(const Values& values);

// arithmetic.cc: + - * / int
std::optional<Value> Add(CallArgs args, TextPool* pool);
std::optional<Value> Subtract(CallArgs args, TextPool* pool);
std::optional<Value> Multiply(CallArgs args, TextPool* pool);
std::optional<Value> Divide(CallArgs args, TextPool* pool);
std::optional<Value> ToInt(CallArgs args, TextPool* pool);

// text.cc
std::optional<Value> Lower(CallArgs args, TextPool* pool);
std::optional<Value> Upper(CallArgs args, TextPool* pool);
std::optional<Value> Trim(CallArgs args, TextPool* pool);
std::optional<Value> Length(CallArgs args, TextPool* pool);
std::optional<Value> Substring(CallArgs args, TextPool* pool);
std::optional<Value> Concat(CallArgs args, TextPool* pool);

// names.cc: what people and hosts are called
std::optional<Value> RegisteredDomain(CallArgs args, TextPool* pool);
std::optional<Value> AccountName(CallArgs args, TextPool* pool);

// encoding.cc
std::optional<Value> Base64Decode(CallArgs args, TextPool* pool);
std::optional<Value> Entropy(CallArgs args, TextPool* pool);

// clock.cc
std::optional<Value> HourOf(CallArgs args, TextPool* pool);
std::optional<Value> WeekdayOf(CallArgs args, TextPool* pool);
std::optional<Value> Timestamp(CallArgs args, TextPool* pool);
// A time from nanoseconds since 1970 (or coarser epoch numbers, told by their
// size) or RFC 3339 text.
std::optional<TimeNs> TimeOf(const Value& value);

// geo.cc
std::optional<Value> KmBetween(CallArgs args, TextPool* pool);

// Shared by the functions: the canonical text of an argument (an object has
// none), borrowed from it or made in `pool`; its number.
std::optional<std::string_view> TextOf(const Value& value, TextPool* pool);

}  // namespace tocsin
