// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/explanation.h"

#include <algorithm>
#include <utility>

#include "engine/cmd/printable.h"

namespace tocsin {
namespace {

constexpr size_t kTestWidth = 100;   // code points of a shown condition
constexpr size_t kValueWidth = 160;  // and of the values beside it
constexpr size_t kValueBytes = 120;  // of one value
constexpr size_t kValues = 8;        // of an array

}  // namespace

StatusOr<std::unique_ptr<Explainer>> Explainer::Make(
    std::shared_ptr<const Plan> plan, RuleId rule, const InputInfo& input,
    bool color) {
  ASSIGN_OR_RETURN(Prepared prepared, Prepared::Make(*plan));
  return std::unique_ptr<Explainer>(
      new Explainer(std::move(plan), rule, input, color, std::move(prepared)));
}

Explainer::Explainer(std::shared_ptr<const Plan> plan, RuleId rule,
                     const InputInfo& input, bool color, Prepared prepared)
    : plan_(std::move(plan)),
      rule_(plan_->rule(rule)),
      input_(input),
      color_(color),
      prepared_(std::move(prepared)),
      view_(plan_.get(), &prepared_, &plan_->paths) {}

void Explainer::Begin(EventView* event, const RawMessage& message) {
  view_.Begin(event, &input_, message);
}

bool Explainer::Holds(size_t i) {
  return view_.eval().Holds(rule_.tests[i].test);
}

bool Explainer::HasKey(size_t i) {
  const std::vector<ExprId>& key = rule_.tests[i].key;
  return std::all_of(key.begin(), key.end(), [&](ExprId part) {
    return !view_.eval().Get(part).missing();
  });
}

double Explainer::Nearness() {
  double nearest = 0;
  for (const EventTest& test : rule_.tests) {
    const Expr& expr = plan_->expr(test.test);
    std::vector<ExprId> conditions = expr.args;
    if (expr.node != Node::kAnd) conditions = {test.test};
    const auto held = std::count_if(
        conditions.begin(), conditions.end(),
        [&](ExprId condition) { return view_.eval().Holds(condition); });
    if (conditions.empty()) continue;
    nearest = std::max(nearest, static_cast<double>(held) /
                                    static_cast<double>(conditions.size()));
  }
  return nearest;
}

std::string Explainer::Describe() {
  std::string out;
  for (size_t i = 0; i < rule_.tests.size(); ++i) {
    const EventTest& test = rule_.tests[i];
    const std::string name = test.name.empty() ? "the event" : test.name;
    Line(Holds(i), 1, name, "", &out);
    // What a test joins by `and` stands right below its name.
    const Expr& root = plan_->expr(test.test);
    if (root.node == Node::kAnd) {
      for (const ExprId arg : root.args) DescribeNode(arg, 2, &out);
    } else {
      DescribeNode(test.test, 2, &out);
    }
    if (Holds(i)) DescribeKey(test, &out);
  }
  return out;
}

void Explainer::DescribeKey(const EventTest& test, std::string* out) {
  for (size_t i = 0; i < test.key.size(); ++i) {
    const bool missing = view_.eval().Get(test.key[i]).missing();
    const std::string name =
        i < rule_.key_names.size() ? rule_.key_names[i] : "?";
    Line(!missing, 2, "by " + name,
         missing ? "missing: the event is not counted" : ValueText(test.key[i]),
         out);
  }
}

// `and`, `or`, `not` and the `where` of a source are opened up; everything
// else is one line.
void Explainer::DescribeNode(ExprId id, size_t depth, std::string* out) {
  const Expr& expr = plan_->expr(id);
  const bool holds = view_.eval().Holds(id);
  switch (expr.node) {
    case Node::kAnd:
    case Node::kOr:
      Line(holds, depth, expr.node == Node::kAnd ? "all of" : "one of", "",
           out);
      for (const ExprId arg : expr.args) DescribeNode(arg, depth + 1, out);
      return;
    case Node::kNot:
      Line(holds, depth, "not", "", out);
      DescribeNode(expr.args[0], depth + 1, out);
      return;
    case Node::kInSource: {
      const Source& source = plan_->sources[expr.a];
      Line(holds, depth, "from " + source.name, "", out);
      if (source.where.valid()) DescribeNode(source.where, depth + 1, out);
      return;
    }
    default:
      Line(holds, depth, DumpExpr(*plan_, id, &rule_), ValuesSeen(id), out);
  }
}

void Explainer::Line(bool holds, size_t depth, const std::string& text,
                     const std::string& values, std::string* out) const {
  const char* mark = holds ? "\u2713" : "\u2717";  // a tick, a cross
  out->append(2 * depth, ' ');
  if (color_) *out += holds ? "\x1b[32m" : "\x1b[31m";
  *out += mark;
  if (color_) *out += "\x1b[0m";
  *out += " " + Printable(text, kTestWidth);
  if (!values.empty()) *out += "    " + Printable(values, kValueWidth);
  *out += "\n";
}

// The fields that a condition reads and what they are in this event.
std::string Explainer::ValuesSeen(ExprId id) {
  std::vector<ExprId> fields;
  CollectFields(id, &fields);
  std::string out;
  for (const ExprId field : fields) {
    if (!out.empty()) out += ", ";
    const std::string& name = plan_->field(FieldId{plan_->expr(field).a}).name;
    out += name + " is " + ValueText(field);
  }
  return out;
}

std::string Explainer::ValueText(ExprId id) {
  const Values values = view_.eval().Get(id);
  if (!values.present) return "missing";
  if (values.missing()) return values.values.empty() ? "missing" : "null";
  std::string out;
  const size_t shown = std::min(kValues, values.values.size());
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) out += ", ";
    AppendJson(values.values[i], kValueBytes, &out);
  }
  if (values.values.size() == 1) return out;
  if (shown < values.values.size()) out += ", ...";
  return "[" + out + "]";
}

void Explainer::CollectFields(ExprId id, std::vector<ExprId>* fields) const {
  const Expr& expr = plan_->expr(id);
  if (expr.node == Node::kField &&
      std::find(fields->begin(), fields->end(), id) == fields->end()) {
    fields->push_back(id);
  }
  for (const ExprId arg : expr.args) CollectFields(arg, fields);
}

}  // namespace tocsin
