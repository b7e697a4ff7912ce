// SPDX-License-Identifier: Apache-2.0
//
// < <= > >= and `in a..b`: numbers and decimal texts, exact over 64 bits. Two
// texts of events have no order, not even decimal ones (LANGUAGE.md "Settled"
// 16).
#include "engine/base/status.h"
#include "engine/plan/op/functions.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {
namespace {

// Does any number of the set compare to the value as `holds` says?
template <typename Holds>
bool AnyNumber(const Operand& value, const PreparedSet& set, Holds holds) {
  const std::optional<Value> number = ToNumber(value.value);
  if (!number) return false;
  for (const StoredValue& item : set.numbers) {
    if (holds(CompareNumbers(*number, item.value))) return true;
  }
  return false;
}

template <typename Holds>
bool Compare(const Operand& a, const Operand& b, Holds holds) {
  if (a.value.is_text() && b.value.is_text()) return false;
  const std::optional<Value> left = ToNumber(a.value);
  if (!left) return false;
  const std::optional<Value> right = ToNumber(b.value);
  return right && holds(CompareNumbers(*left, *right));
}

constexpr auto kLess = [](auto order) { return order < 0; };
constexpr auto kLessEqual = [](auto order) { return order <= 0; };
constexpr auto kGreater = [](auto order) { return order > 0; };
constexpr auto kGreaterEqual = [](auto order) { return order >= 0; };

}  // namespace

Status PrepareNumbers(const LiteralSet& literals, const Limits&,
                      PreparedSet* set) {
  for (const Literal& literal : literals.items) {
    const Value value = literal.value.view();
    if (!value.is_number()) {
      return InvalidArgument("an order comparison needs a number");
    }
    set->numbers.emplace_back(value);
  }
  return OkStatus();
}

bool MemberLess(const Operand& value, const PreparedSet& set) {
  return AnyNumber(value, set, kLess);
}
bool MemberLessEqual(const Operand& value, const PreparedSet& set) {
  return AnyNumber(value, set, kLessEqual);
}
bool MemberGreater(const Operand& value, const PreparedSet& set) {
  return AnyNumber(value, set, kGreater);
}
bool MemberGreaterEqual(const Operand& value, const PreparedSet& set) {
  return AnyNumber(value, set, kGreaterEqual);
}

bool MemberRange(const Operand& value, const PreparedSet& set) {
  const std::optional<Value> number = ToNumber(value.value);
  if (!number || set.numbers.size() != 2) return false;
  return CompareNumbers(*number, set.numbers[0].value) >= 0 &&
         CompareNumbers(*number, set.numbers[1].value) <= 0;
}

bool CompareLess(const Operand& a, const Operand& b) {
  return Compare(a, b, kLess);
}
bool CompareLessEqual(const Operand& a, const Operand& b) {
  return Compare(a, b, kLessEqual);
}
bool CompareGreater(const Operand& a, const Operand& b) {
  return Compare(a, b, kGreater);
}
bool CompareGreaterEqual(const Operand& a, const Operand& b) {
  return Compare(a, b, kGreaterEqual);
}

}  // namespace tocsin
