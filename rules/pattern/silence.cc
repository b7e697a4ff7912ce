// SPDX-License-Identifier: Apache-2.0
//
// Silence: a key that was seen, or is listed, and is heard of no more.
#include "engine/base/status.h"
#include "rules/pattern/pattern.h"

namespace tocsin::rules {
namespace {

// Time completes it: the finding has its key.
class SilenceNames : public PatternNames {
 public:
  bool has_event() const override { return false; }
};

}  // namespace

bool LowerSilence(RuleLowerer* rule, const ast::Pattern& pattern) {
  const auto& silence = std::get<ast::Silence>(pattern.node);
  SilencePattern made;
  made.duration = silence.duration.value;
  bool ok = rule->PositiveDuration(silence.duration, "silence");
  if (!silence.list.empty()) {
    const ListDecl* list = rule->lowering().FindList(silence.list);
    if (list == nullptr || !list->id.valid()) {
      ok = false;
    } else {
      made.list = list->id;
    }
    if (silence.by.paths.size() > 1) {
      rule->lowering()
          .Add("E237", silence.by.span,
               StrCat("list '", silence.list.text,
                      "' holds one value a row, and this key has ",
                      silence.by.paths.size(), " parts"))
          .Help("name the one field that the list holds");
      ok = false;
    }
  }
  const RuleLowerer::Tested test =
      silence.of ? rule->TestOf(*silence.of) : rule->OwnEvents();
  if (!test.ok) return false;
  const std::optional<uint32_t> number =
      rule->EventTest(test, silence.by.paths, silence.by.span);
  if (!ok || !number) return false;
  made.test = *number;
  rule->SetKeyNames(silence.by.paths);
  rule->rule().pattern = made;
  rule->SetNames(std::make_unique<SilenceNames>());
  return true;
}

}  // namespace tocsin::rules
