// SPDX-License-Identifier: Apache-2.0
//
// contains startswith endswith: of the folded text, or of the text itself for
// `cased` literals. No wildcards. The empty text is in every text.
#include <string.h>

#include "engine/base/fold.h"
#include "engine/plan/op/functions.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {
namespace {

bool Has(std::string_view text, std::string_view needle) {
  return needle.empty() || memmem(text.data(), text.size(), needle.data(),
                                  needle.size()) != nullptr;
}

template <typename Holds>
bool AnyText(const Operand& value, const PreparedSet& set, Holds holds) {
  if (value.text.data() == nullptr) return false;
  for (const std::string& text : set.folded_texts) {
    if (holds(value.folded, text)) return true;
  }
  for (const std::string& text : set.cased_texts) {
    if (holds(value.text, text)) return true;
  }
  return false;
}

constexpr auto kHas = [](std::string_view text, std::string_view part) {
  return Has(text, part);
};
constexpr auto kStarts = [](std::string_view text, std::string_view part) {
  return text.starts_with(part);
};
constexpr auto kEnds = [](std::string_view text, std::string_view part) {
  return text.ends_with(part);
};

template <typename Holds>
bool BothTexts(const Operand& a, const Operand& b, Holds holds) {
  if (a.text.data() == nullptr || b.text.data() == nullptr) return false;
  return holds(a.folded, b.folded);
}

}  // namespace

Status PrepareTexts(const LiteralSet& literals, const Limits&,
                    PreparedSet* set) {
  set->needs_text = true;
  for (const Literal& literal : literals.items) {
    const std::string text = CanonicalText(literal.value.view());
    if (literal.cased) {
      set->cased_texts.push_back(text);
    } else {
      set->needs_folded = true;
      set->folded_texts.push_back(Fold(text));
    }
  }
  return OkStatus();
}

bool ContainsText(const Operand& value, const PreparedSet& set) {
  return AnyText(value, set, kHas);
}
bool StartsWithText(const Operand& value, const PreparedSet& set) {
  return AnyText(value, set, kStarts);
}
bool EndsWithText(const Operand& value, const PreparedSet& set) {
  return AnyText(value, set, kEnds);
}

bool CompareContains(const Operand& a, const Operand& b) {
  return BothTexts(a, b, kHas);
}
bool CompareStartsWith(const Operand& a, const Operand& b) {
  return BothTexts(a, b, kStarts);
}
bool CompareEndsWith(const Operand& a, const Operand& b) {
  return BothTexts(a, b, kEnds);
}

}  // namespace tocsin
