// SPDX-License-Identifier: Apache-2.0
#include "rules/lower_test.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "rules/lower_list.h"

namespace tocsin::rules {
namespace {

constexpr int64_t kMostEvents = 1'000'000;  // of one `at` line
constexpr std::string_view kNumberHole = "{n}";
// Stands for {n} while the JSON is built; JSON never holds it bare.
constexpr char kHole = '\x01';

// ----------------------------------------------------------------- objects
// An object with its dotted keys nested.
struct Node {
  std::string json;  // of what is no object
  bool object = false;
  std::deque<std::pair<std::string, Node>> members;
};

class ObjectBuilder {
 public:
  ObjectBuilder(Lowering* lowering, bool number_holes)
      : lowering_(*lowering), number_holes_(number_holes) {}

  std::string Run(const ast::Json& json) {
    std::string out;
    Append(Make(json), &out);
    return out;
  }

 private:
  Node Make(const ast::Json& json) {
    Node node;
    switch (json.kind) {
      case ast::JsonKind::kNull:
        node.json = "null";
        break;
      case ast::JsonKind::kBool:
      case ast::JsonKind::kNumber:
        node.json = json.text;
        break;
      case ast::JsonKind::kText:
        AppendText(json.text, &node.json);
        break;
      case ast::JsonKind::kArray:
        node.json = "[";
        for (const ast::Json& item : json.items) {
          if (node.json.size() > 1) node.json += ',';
          Append(Make(item), &node.json);
        }
        node.json += ']';
        break;
      case ast::JsonKind::kObject:
        node.object = true;
        for (const ast::JsonMember& member : json.members) {
          AddMember(member, &node);
        }
        break;
    }
    return node;
  }

  void AddMember(const ast::JsonMember& member, Node* node) {
    if (member.literal) {
      node->members.emplace_back(member.literal->value, Make(member.value));
      return;
    }
    const std::vector<std::string> segments = Segments(member.path);
    for (size_t i = 0; i + 1 < segments.size(); ++i) {
      node = Open(segments[i], member, node);
      if (node == nullptr) return;
    }
    Node made = Make(member.value);
    for (const auto& [key, other] : node->members) {
      if (key == segments.back() && other.object && !made.object) {
        Conflict(member);
        return;
      }
    }
    node->members.emplace_back(segments.back(), std::move(made));
  }

  // The object of that key, which may be there already.
  Node* Open(const std::string& key, const ast::JsonMember& member,
             Node* node) {
    for (auto& [name, other] : node->members) {
      if (name != key) continue;
      if (other.object) return &other;
      Conflict(member);
      return nullptr;
    }
    Node& made = node->members.emplace_back(key, Node{}).second;
    made.object = true;
    return &made;
  }

  void Conflict(const ast::JsonMember& member) {
    lowering_
        .Add("E273", member.path.span,
             StrCat("'", member.path.Dotted(),
                    "' is an object and a value at once"))
        .Help(
            "a dotted key opens an object; a key that holds a dot is "
            "written in quotes: \"a.b\": 1");
  }

  void AppendText(std::string_view text, std::string* out) {
    *out += '"';
    while (true) {
      const size_t hole =
          number_holes_ ? text.find(kNumberHole) : std::string_view::npos;
      std::string quoted;
      AppendJsonText(text.substr(0, hole), &quoted);
      out->append(quoted, 1, quoted.size() - 2);
      if (hole == std::string_view::npos) break;
      *out += kHole;
      text.remove_prefix(hole + kNumberHole.size());
    }
    *out += '"';
  }

  static void Append(const Node& node, std::string* out) {
    if (!node.object) {
      *out += node.json;
      return;
    }
    *out += '{';
    for (size_t i = 0; i < node.members.size(); ++i) {
      if (i > 0) *out += ',';
      AppendJsonText(node.members[i].first, out);
      *out += ':';
      Append(node.members[i].second, out);
    }
    *out += '}';
  }

  Lowering& lowering_;
  bool number_holes_;
};

// ------------------------------------------------------------------- lines
class TestLowerer {
 public:
  TestLowerer(Lowering* lowering, const ast::Rule& rule, const ast::Test& test)
      : lowering_(*lowering), ast_(test) {
    made_.rule = rule.name.text;
    made_.name = test.title.value;
    made_.span = test.title.span;
  }

  TestCase Run() {
    for (const ast::TestItem& item : ast_.items) {
      std::visit([&](const auto& node) { Item(item, node); }, item.node);
    }
    return std::move(made_);
  }

 private:
  void Item(const ast::TestItem& item, const ast::TestStart& start);
  void Item(const ast::TestItem& item, const ast::TestList& list);
  void Item(const ast::TestItem& item, const ast::TestExcept& except);
  void Item(const ast::TestItem& item, const ast::TestUntil& until);
  void Item(const ast::TestItem& item, const ast::TestAt& at);
  void Item(const ast::TestItem& item, const ast::TestExpect& expect);
  bool Repetition(const ast::TestAt& at, TestEvents* events);
  void Backwards(Span span, DurationNs time);
  template <typename Kind>
  Kind& Line(Span span) {
    TestStep& step = made_.steps.emplace_back();
    step.span = span;
    return step.line.emplace<Kind>();
  }

  Lowering& lowering_;
  const ast::Test& ast_;
  TestCase made_;
  DurationNs done_ = 0;    // time that lines before this stream have reached
  DurationNs latest_ = 0;  // and with this stream
};

void TestLowerer::Backwards(Span span, DurationNs time) {
  lowering_
      .Add("E270", span,
           StrCat("this is ", FormatDuration(time),
                  ", and the lines above "
                  "went on to ",
                  FormatDuration(latest_)))
      .Help("write the lines in the order of their times");
}

void TestLowerer::Item(const ast::TestItem& item, const ast::TestStart& start) {
  if (!made_.steps.empty()) {
    lowering_.Add("E272", item.span, "`start` stands before the first event")
        .Help("move it to the top of the test");
  }
  if (start.is_date) {
    made_.start = start.time;
    return;
  }
  const std::optional<TimeNs> time = ParseInstant(start.value.value);
  if (time) {
    made_.start = *time;
    return;
  }
  lowering_
      .Add("E272", start.value.span,
           StrCat("'", start.value.value, "' is no time"))
      .Help("write 2026-01-05 or \"2026-01-05T08:00:00Z\"");
}

void TestLowerer::Item(const ast::TestItem&, const ast::TestList& list) {
  if (lowering_.FindList(list.name) == nullptr) return;
  std::vector<std::string>& rows = made_.lists[list.name.text];
  for (const ast::ExprPtr& value : list.values) {
    if (value->kind == ast::ExprKind::kError) continue;
    bool is_number = false;
    if (auto key = InlineKey(&lowering_, *value, &is_number)) {
      rows.push_back(std::move(*key));
      continue;
    }
    lowering_
        .Add("E255", value->span,
             "a list holds texts or numbers that are written out")
        .Help("write \"..\" or a number");
  }
}

void TestLowerer::Item(const ast::TestItem&, const ast::TestExcept& except) {
  lowering_.NotCompiled(except.title.span, "`except`",
                        "write the exception into the test of the rule: and "
                        "not ..");
}

void TestLowerer::Item(const ast::TestItem& item, const ast::TestUntil& until) {
  if (until.time.value < latest_) {
    Backwards(until.time.span, until.time.value);
  }
  latest_ = std::max(latest_, until.time.value);
  done_ = latest_;
  Line<TestUntil>(item.span).time = until.time.value;
}

bool TestLowerer::Repetition(const ast::TestAt& at, TestEvents* events) {
  events->first = at.first.value;
  events->last = at.last ? at.last->value : at.first.value;
  events->every = at.every ? at.every->value : 0;
  std::string mistake;
  Span place = at.first.span;
  if (at.last && events->last < events->first) {
    mistake = "the last time is before the first";
    place = at.last->span;
  } else if (at.every && events->every <= 0) {
    mistake = "events every 0s never end";
    place = at.every->span;
  } else if (events->count() > kMostEvents) {
    mistake = StrCat("this makes ", events->count(), " events");
    place = at.every->span;
  }
  if (mistake.empty()) return true;
  lowering_.Add("E271", place, std::move(mistake))
      .Help("write: at 0s .. 45s every 5s; at most 1,000,000 events a line");
  return false;
}

void TestLowerer::Item(const ast::TestItem& item, const ast::TestAt& at) {
  TestEvents events;
  const bool ok = Repetition(at, &events);
  if (events.first < done_) Backwards(at.first.span, events.first);
  if (ok) latest_ = std::max(latest_, events.last);
  std::string json = ObjectBuilder(&lowering_, true).Run(at.event);
  std::string_view rest = json;
  for (;;) {
    const size_t hole = rest.find(kHole);
    events.pieces.emplace_back(rest.substr(0, hole));
    if (hole == std::string_view::npos) break;
    rest.remove_prefix(hole + 1);
  }
  Line<TestEvents>(item.span) = std::move(events);
}

void TestLowerer::Item(const ast::TestItem& item,
                       const ast::TestExpect& expect) {
  TestExpectation made;
  switch (expect.what) {
    case ast::TestExpect::What::kNothing:
      made.what = TestExpectation::What::kNothing;
      break;
    case ast::TestExpect::What::kFinding:
      made.what = TestExpectation::What::kFinding;
      break;
    case ast::TestExpect::What::kIncident:
      made.what = TestExpectation::What::kIncident;
      break;
  }
  if (expect.count) made.count = expect.count->value;
  if (expect.at) made.at = expect.at->value;
  if (expect.object) {
    made.object = ObjectBuilder(&lowering_, false).Run(*expect.object);
  }
  done_ = latest_;
  Line<TestExpectation>(item.span) = std::move(made);
}

}  // namespace

TestCase LowerTest(Lowering* lowering, const ast::Rule& rule,
                   const ast::Test& test) {
  return TestLowerer(lowering, rule, test).Run();
}

}  // namespace tocsin::rules
