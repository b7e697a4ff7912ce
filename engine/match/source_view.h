// SPDX-License-Identifier: Apache-2.0
//
// SourceView: one event as the sources of a plan see it: which of them it
// belongs to, what their names for fields mean in it, when it happened. The
// leaves of event-scope expressions (plan/eval.h), together with their
// evaluator.
//
// Order within a source (LANGUAGE.md "Settled" 14): parse, extract, under,
// field, absent, then where; everything is found when it is first asked for.
//
// Time (LANGUAGE.md section 3): of the first source in file order that the
// event belongs to and that declares one; where that is missing or does not
// parse, and without such a source, the first of @timestamp, timestamp, time,
// ts, eventTime that parses as RFC 3339 or epoch. Inside a source's `where`,
// tocsin.time and tocsin.source are missing, since they follow from it.
//
// Threads: one object per thread. A plan that Validate() refuses ends the
// process (a bug of the compiler).
// Tested by: tests/engine/match/source_view_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/time.h"
#include "engine/event/batch.h"
#include "engine/event/event_view.h"
#include "engine/event/input.h"
#include "engine/event/text_parsers.h"
#include "engine/event/time_format.h"
#include "engine/match/member_cache.h"
#include "engine/plan/eval.h"
#include "engine/plan/plan.h"

namespace tocsin {

class SourceView {
 public:
  using Eval = Evaluator<SourceView>;

  // `fields` holds the paths of the plan under the same ids, perhaps more;
  // the events were decoded with it.
  SourceView(const Plan* plan, const Prepared* prepared,
             const FieldSet* fields);

  // Looks at the next event; what was handed out before is gone. `input` and
  // `event` stay where they are until the one after.
  void Begin(EventView* event, const InputInfo* input,
             const RawMessage& message);

  Eval& eval() { return eval_; }
  bool Belongs(SourceId source);
  // kMinTime: none that parses.
  TimeNs time() const { return time_; }
  // The number in the `order` field of the first source that declares one;
  // INT64_MIN without.
  int64_t Order();
  Values Resolve(FieldId field);
  const EventView& event() const { return *event_; }

  // Leaves of the evaluator.
  Values Leaf(ExprId id, const Expr& expr);
  bool HoldsLeaf(ExprId id, const Expr& expr);
  Values ElementPath(const Value& element, PathId path);
  std::string_view Folded(ExprId id, const Expr& expr, size_t i);

 private:
  enum class Member : uint8_t { kNo, kYes, kDeciding };
  struct Membership {
    uint32_t epoch = 0;
    Member member = Member::kNo;
  };
  // The parsers of a source, one after another; sources with the same share.
  struct Parsing {
    struct Stage {
      const TextParser* parser = nullptr;
      ParsedText text;
      bool recognised = false;
    };
    std::vector<std::string> names;
    std::vector<std::unique_ptr<Stage>> stages;
    uint32_t epoch = 0;
  };
  struct Extracting {
    std::unique_ptr<re2::RE2> regex;
    uint32_t epoch = 0;
    bool found = false;
    std::vector<re2::StringPiece> groups;  // 0: the whole match
  };
  struct Seen {  // the field's values are those of this raw path
    uint32_t epoch = 0;
    PathId path;
  };

  void PrepareSources();
  void RememberMembers();
  bool ReadsWhatFollows(ExprId where) const;
  std::optional<TimeNs> TimeOfEvent();
  std::optional<TimeNs> TimeOfSource(SourceId source);
  bool Decide(SourceId source);

  Values StepValues(const FieldStep& step);
  Values Parsed(SourceId source, std::string_view name);
  Values Extracted(SourceId source, std::string_view name);
  void RunParsers(Parsing* parsing);
  void Extract(SourceId source, const Extraction& extraction,
               Extracting* extracting);
  std::string_view MessageOf(const Parsing& parsing, size_t stage);
  Values WithoutAbsent(const Field& field, const Values& values);
  bool IsAbsent(const Field& field, const Value& value);
  Values Anywhere();
  Values Names();
  Values Text(std::string_view text);
  Values TimeText(TimeNs time);

  const Plan* plan_;
  std::optional<PathId> message_;
  Eval eval_;
  std::vector<SourceId> timed_;    // sources that declare `time`
  std::vector<SourceId> ordered_;  // and `order`
  std::vector<std::optional<TimeFormat>> formats_;  // by SourceId
  std::vector<Parsing*> parsing_of_;                // by SourceId
  std::vector<std::unique_ptr<Parsing>> parsings_;
  std::vector<std::vector<Extracting>> extracting_;  // by SourceId
  bool members_first_ = false;  // some `where` reads what follows from it

  EventView* event_ = nullptr;
  const InputInfo* input_ = nullptr;
  TimeNs record_time_ = kMinTime;
  TimeNs year_from_ = kMinTime;
  TimeNs time_ = kMinTime;
  bool deciding_ = false;  // memberships and time are not known yet
  uint32_t epoch_ = 0;
  std::vector<Membership> members_;  // by SourceId
  MemberCache cache_;
  std::vector<Seen> seen_;  // by FieldId
  std::vector<Value> scratch_;
  Arena arena_;
  TextPool pool_;
};

}  // namespace tocsin
