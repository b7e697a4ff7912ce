// SPDX-License-Identifier: Apache-2.0
//
// == != in. The type is the literal's: a number literal equals numbers and
// decimal texts, a text literal equals texts and the canonical text of
// numbers and truth values, a truth value itself or its word.
#include <algorithm>

#include "engine/base/fold.h"
#include "engine/plan/op/functions.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {
namespace {

bool Before(const StoredValue& a, const StoredValue& b) {
  return CompareNumbers(a.value, b.value) < 0;
}

bool HasNumber(const std::vector<StoredValue>& sorted, const Value& number) {
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), number,
                       [](const StoredValue& item, const Value& wanted) {
                         return CompareNumbers(item.value, wanted) < 0;
                       });
  return at != sorted.end() && CompareNumbers(at->value, number) == 0;
}

}  // namespace

Status PrepareEqual(const LiteralSet& literals, const Limits&,
                    PreparedSet* set) {
  for (const Literal& literal : literals.items) {
    const Value value = literal.value.view();
    switch (value.kind) {
      case Kind::kNull:
        set->has_null = true;
        break;
      case Kind::kBool:
        (value.boolean ? set->has_true : set->has_false) = true;
        set->needs_text = set->needs_folded = true;
        break;
      case Kind::kText:
        set->needs_text = true;
        if (literal.cased) {
          set->cased.emplace(value.text);
        } else {
          set->needs_folded = true;
          set->folded.insert(Fold(value.text));
        }
        break;
      case Kind::kObject:
        return InvalidArgument("an object equals nothing");
      default:
        set->numbers.emplace_back(value);
    }
  }
  std::sort(set->numbers.begin(), set->numbers.end(), Before);
  return OkStatus();
}

bool MemberEqual(const Operand& value, const PreparedSet& set) {
  if (value.value.kind == Kind::kObject) return false;
  if (!set.numbers.empty()) {
    const std::optional<Value> number = ToNumber(value.value);
    if (number && HasNumber(set.numbers, *number)) return true;
  }
  if (!set.needs_text) return false;
  if (!set.cased.empty() && set.cased.contains(value.text)) return true;
  if (!set.folded.empty() && set.folded.contains(value.folded)) return true;
  if (value.value.is_number()) return false;
  return (set.has_true && value.folded == "true") ||
         (set.has_false && value.folded == "false");
}

bool CompareEqual(const Operand& a, const Operand& b) {
  if (a.value.is_text() && b.value.is_text()) return a.folded == b.folded;
  if (a.value.kind == Kind::kBool && b.value.kind == Kind::kBool) {
    return a.value.boolean == b.value.boolean;
  }
  const std::optional<Value> left = ToNumber(a.value);
  if (!left) return false;
  const std::optional<Value> right = ToNumber(b.value);
  return right && CompareNumbers(*left, *right) == 0;
}

}  // namespace tocsin
