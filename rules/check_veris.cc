// SPDX-License-Identifier: Apache-2.0
//
// LowerVeris: a `veris` block, its words checked against the enumerations of
// VERIS and put into their spelling.
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/plan/veris_words.h"
#include "rules/lower_rule.h"

namespace tocsin::rules {
namespace {

std::vector<std::string> Values(const std::vector<ast::Text>& texts) {
  std::vector<std::string> values;
  for (const ast::Text& text : texts) values.push_back(text.value);
  return values;
}

Span PlaceOf(const ast::VerisEntry& entry, const VerisProblem& problem) {
  const auto at = [&](const std::vector<ast::Text>& texts) {
    return problem.index < texts.size() ? texts[problem.index].span
                                        : entry.axis.span;
  };
  switch (problem.part) {
    case VerisPart::kAxis:
      return entry.axis.span;
    case VerisPart::kName:
      // A scalar's word may stand in quotes.
      if (!entry.name.empty()) return entry.name.span;
      return entry.values.empty() ? entry.axis.span : entry.values.front().span;
    case VerisPart::kValue:
      return at(entry.values);
    case VerisPart::kVia:
      return at(entry.via);
    case VerisPart::kMotive:
      return at(entry.motive);
  }
  return entry.span;
}

// The nearest word, else those that there are, where they are few.
std::string Offer(const VerisProblem& problem) {
  const std::string near = DidYouMean(problem.word, problem.candidates);
  if (!near.empty()) return near;
  std::string help;
  constexpr size_t kMostShown = 12;
  for (size_t i = 0; i < problem.candidates.size() && i < kMostShown; ++i) {
    help += StrCat(i == 0 ? "its words are " : ", ", problem.candidates[i]);
  }
  if (problem.candidates.size() > kMostShown) {
    help += StrCat(" and ", problem.candidates.size() - kMostShown, " more");
  }
  return help.empty() ? "see the enumerations of VERIS 1.4.1" : help;
}

}  // namespace

std::vector<VerisEntry> LowerVeris(Lowering* lowering,
                                   const ast::IncidentVeris& veris) {
  std::vector<VerisEntry> entries;
  for (const ast::VerisEntry& entry : veris.entries) {
    VerisEntry made;
    made.axis = entry.axis.text;
    made.name = entry.name.text;
    made.values = Values(entry.values);
    made.via = Values(entry.via);
    made.motive = Values(entry.motive);
    const std::vector<VerisProblem> problems = ResolveVeris(&made);
    for (const VerisProblem& problem : problems) {
      const Span place = PlaceOf(entry, problem);
      if (problem.form) {
        lowering->Add("E207", place, problem.message).Help(Offer(problem));
      } else {
        lowering->Add("E206", place, problem.message).Help(Offer(problem));
      }
    }
    if (problems.empty()) entries.push_back(std::move(made));
  }
  return entries;
}

}  // namespace tocsin::rules
