// SPDX-License-Identifier: Apache-2.0
//
// matches: RE2, searching, case-sensitive unless the pattern says otherwise.
#include <re2/re2.h>

#include "engine/plan/op/functions.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {

StatusOr<std::unique_ptr<re2::RE2>> CompileRegex(std::string_view pattern,
                                                 const Limits& limits) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  // RE2 gives a third of this to each search direction's automaton.
  options.set_max_mem(limits.regex_bytes * 4);
  auto regex = std::make_unique<re2::RE2>(
      re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) return InvalidArgument(regex->error());
  return regex;
}

Status PrepareRegexes(const LiteralSet& literals, const Limits& limits,
                      PreparedSet* set) {
  set->needs_text = true;
  for (const Literal& literal : literals.items) {
    ASSIGN_OR_RETURN(std::unique_ptr<re2::RE2> regex,
                     CompileRegex(literal.value.text, limits));
    set->regexes.push_back(std::move(regex));
  }
  return OkStatus();
}

bool MatchesRegex(const Operand& value, const PreparedSet& set) {
  if (value.text.data() == nullptr) return false;
  const re2::StringPiece text(value.text.data(), value.text.size());
  for (const auto& regex : set.regexes) {
    if (regex->Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0)) {
      return true;
    }
  }
  return false;
}

}  // namespace tocsin
