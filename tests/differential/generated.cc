// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/generated.h"

#include <utility>

#include "engine/base/json_writer.h"

namespace tocsin::testing {
namespace {

using StepKind = FieldStep::Kind;

const std::vector<std::vector<std::string>> kPaths = {
    {"user"},   {"host"},          {"message"},       {"a"},
    {"a", "b"}, {"Event", "user"}, {"Event", "host"}, {"n"},
    {"tags"},   {"mods"},          {"a", "0", "b"},   {"Channel"}};

const std::vector<std::string> kTexts = {"x",
                                         "X",
                                         "xy",
                                         "ana",
                                         "ANA",
                                         "bo",
                                         "",
                                         "-",
                                         "N/A",
                                         "22",
                                         "1.5",
                                         "true",
                                         "10.0.0.1",
                                         "::FFFF:10.0.0.1",
                                         "10.1.2.3",
                                         "C:\\Windows\\System32\\cmd.exe",
                                         "c:\\windows\\x",
                                         "\xC3\x84pfel",
                                         "\xC3\xA4PFEL",
                                         "powershell -enc AAAA",
                                         "line\nbreak",
                                         "a*b?c",
                                         "sec",
                                         "sys"};

const std::vector<std::string> kMessages = {
    "Jan  5 00:00:00 web sshd[41]: Failed password for ana from 10.0.0.1",
    "<34>Jan  5 00:00:01 web sshd: Accepted password for BO from ::1",
    "<165>1 2026-01-05T00:00:00Z web app - ID [x@1 user=\"ana\"] user=bo",
    "user=ana n=22 path=\"C:\\\\x\"",
    "{\"user\":\"ana\",\"a\":{\"b\":[1,\"x\"]}}",
    "nothing to see"};

// What literals are cut out of.
const std::vector<std::string> kLiterals = {
    "x",        "X",         "ana",
    "an",       "A",         "",
    "-",        "22",        "1.5",
    "true",     "\\cmd.exe", "c:\\",
    "\xC3\x84", "pfel",      "e",
    "password", "10.0.0.1",  "-enc",
    "\n",       "sec",       "windows\\system32"};

class Generator {
 public:
  Generator(uint64_t seed, const Limits& limits)
      : dice_(seed), builder_(limits) {}

  std::shared_ptr<const Plan> Make(size_t rules) {
    List list("users", ListType::kText);
    list.SetColumns({"user", "tier"});
    // Both are literals, so neither can fail.
    (void)list.Add("Ana", {"Ana", "1"});
    (void)list.Add("22", {"22", "x"});
    builder_.AddList(std::move(list));
    List nets("nets", ListType::kCidr);
    (void)nets.Add("10.0.0.0/8", {});
    (void)nets.Add("10.0.0.0/24", {});
    builder_.AddList(std::move(nets));
    const size_t sources = dice_.Below(4);
    for (size_t i = 0; i < sources; ++i) AddSource();
    for (size_t i = 0; i < rules; ++i) AddRule(i);
    return builder_.Finish(StableHash("generated"));
  }

 private:
  SourceId Sourced() {
    const size_t count = builder_.plan().sources.size();
    if (count == 0) return {};
    return {static_cast<uint32_t>(dice_.Below(count))};
  }

  void AddSource() {
    Source source;
    source.name = StrCat("s", builder_.plan().sources.size());
    if (dice_.Chance(40)) {
      source.parsers.push_back(dice_.Of<std::string>({"syslog", "kv", "json"}));
      if (dice_.Chance(30)) source.parsers.push_back("kv");
    }
    if (dice_.Chance(30)) {
      Extraction extraction;
      extraction.pattern = "(?:for|user=) ?(?P<user>\\w+)(?: from (\\S+))?";
      extraction.from = builder_.InternPath({"message"});
      extraction.groups = {"user", "host"};
      source.extractions.push_back(std::move(extraction));
    }
    if (dice_.Chance(40)) source.absent = {"-", "n/a"};
    const SourceId id = builder_.AddSource(std::move(source));
    const ExprId where = dice_.Chance(80) ? Test(1, id) : ExprId();
    const FieldId time = FieldFor(id);
    const bool timed = dice_.Chance(40);
    const bool ordered = dice_.Chance(30);
    Source& made = builder_.plan().sources[id.value];
    made.where = where;
    if (timed) {
      const bool format = dice_.Chance(50);
      made.time = {time, format ? "%b %e %H:%M:%S" : "", "UTC"};
    }
    if (ordered) made.order = FieldFor(id);
  }

  FieldId FieldFor(SourceId inside) {
    Field field;
    const std::vector<std::string>& path = dice_.Of(kPaths);
    for (const std::string& segment : path) {
      field.name += (field.name.empty() ? "" : ".") + segment;
    }
    const SourceId source = inside.valid() ? inside : Sourced();
    if (source.valid()) {
      for (const StepKind kind : {StepKind::kExtracted, StepKind::kParsed}) {
        if (!dice_.Chance(50)) continue;
        FieldStep step;
        step.kind = kind;
        step.source = source;
        step.name = dice_.Chance(80) ? field.name : "user";
        field.steps.push_back(std::move(step));
      }
      if (dice_.Chance(20) && !inside.valid()) {
        FieldStep step;
        step.kind = StepKind::kExpr;
        step.source = source;
        step.expr = builder_.FieldExpr(FieldFor(source));
        field.steps.push_back(std::move(step));
      }
      if (dice_.Chance(50)) field.absent.push_back(source);
    }
    FieldStep raw;
    raw.path = builder_.InternPath(path);
    field.steps.push_back(raw);
    if (source.valid() && dice_.Chance(40)) {
      std::vector<std::string> nested = {"Event"};
      nested.insert(nested.end(), path.begin(), path.end());
      raw.path = builder_.InternPath(nested);
      raw.source = source;
      field.steps.push_back(raw);
    }
    if (dice_.Chance(25)) {
      field.type = dice_.Of<FieldType>({{FieldKind::kText, 1},
                                        {FieldKind::kNumber, 1},
                                        {FieldKind::kBool, 1},
                                        {FieldKind::kIp, 1},
                                        {FieldKind::kDuration, 1'000},
                                        {FieldKind::kTime, 1}});
    }
    field.inside = inside;
    return builder_.InternField(std::move(field));
  }

  ExprId Pseudo() {
    Field field;
    field.name = "tocsin";
    FieldStep step;
    step.kind =
        dice_.Of<StepKind>({StepKind::kTopic, StepKind::kTime,
                            StepKind::kReceived, StepKind::kSourceName});
    field.steps.push_back(std::move(step));
    return builder_.FieldExpr(builder_.InternField(std::move(field)));
  }

  ExprId ValueOf(SourceId inside) {
    if (dice_.Chance(5)) return Pseudo();
    const ExprId field = builder_.FieldExpr(FieldFor(inside));
    switch (dice_.Below(12)) {
      case 0:
        return builder_.Call("lower", Shape::kFunction, {field});
      case 1:
        return builder_.Call("concat", Shape::kFunction,
                             {field, builder_.FieldExpr(FieldFor(inside))});
      case 2:
        return builder_.Call("size", Shape::kFunction, {field});
      case 3:
        return builder_.Call("+", Shape::kArithmetic,
                             {field, builder_.FieldExpr(FieldFor(inside))});
      case 4: {
        Expr column;
        column.node = Node::kListColumn;
        column.b = builder_.InternColumn("tier");
        column.args = {field};
        return builder_.Intern(std::move(column));
      }
      case 5: {
        Expr anywhere;
        anywhere.node = Node::kAnywhere;
        return builder_.Intern(std::move(anywhere));
      }
      default:
        return field;
    }
  }

  Literal TextLiteral() {
    const std::string& text = dice_.Of(kLiterals);
    return {StoredValue(Value::Text(text)), dice_.Chance(15)};
  }

  ExprId MemberTest(ExprId left) {
    const std::string op = dice_.Of<std::string>(
        {"==", "==", "==", "!=", "in", "contains", "contains", "startswith",
         "endswith", "like", "matches", "<", ">=", "in ..", "in cidr"});
    LiteralSet set;
    if (op == "<" || op == ">=") {
      set.items = {{StoredValue(Value::Int(20)), false}};
    } else if (op == "in ..") {
      set.items = {{StoredValue(Value::Double(1.5)), false},
                   {StoredValue(Value::Int(22)), false}};
    } else if (op == "in cidr") {
      set.items = {{StoredValue(Value::Text("10.0.0.0/16")), false}};
    } else if (op == "matches") {
      set.items = {{StoredValue(Value::Text(dice_.Of<std::string>(
                        {"^x", "(?i)ana$", "\\\\[a-z]+\\.exe", "\\d{2}"}))),
                    false}};
    } else if (op == "like") {
      set.items = {{StoredValue(Value::Text(dice_.Of<std::string>(
                        {"*ana*", "x?", "c:\\*.exe", "*", "?", "a\\*b\\?c",
                         "*\xC3\x84*", "*2"}))),
                    dice_.Chance(15)}};
    } else if (op == "==" || op == "!=" || op == "in") {
      const size_t count = op == "in" ? 3 : 1;
      for (size_t i = 0; i < count; ++i) set.items.push_back(AnyLiteral());
    } else {
      const size_t count = 1 + dice_.Below(3);
      for (size_t i = 0; i < count; ++i) set.items.push_back(TextLiteral());
      set.all = dice_.Chance(30);
    }
    return builder_.Member(left, op, std::move(set));
  }

  Literal AnyLiteral() {
    switch (dice_.Below(8)) {
      case 0:
        return {StoredValue(Value::Int(22)), false};
      case 1:
        return {StoredValue(Value::Bool(true)), false};
      case 2:
        return {StoredValue(Value::Double(1.5)), false};
      default:
        return {StoredValue(Value::Text(
                    dice_.Chance(50) ? dice_.Of(kTexts) : dice_.Of(kLiterals))),
                dice_.Chance(15)};
    }
  }

  ExprId Quantifier(SourceId inside) {
    const auto element = [&](const char* name) {
      Expr expr;
      expr.node = Node::kElement;
      expr.a = builder_.InternPath({name}).value;
      return builder_.Intern(std::move(expr));
    };
    Expr expr;
    expr.node = Node::kQuantifier;
    expr.a = dice_.Chance(30) ? 1 : 0;
    const ExprId array = builder_.FieldExpr(
        dice_.Chance(80) ? builder_.RawField({"mods"}) : FieldFor(inside));
    expr.args = {array, builder_.And({MemberTest(element("user")),
                                      MemberTest(element("n"))})};
    return builder_.Intern(std::move(expr));
  }

  ExprId Test(size_t depth, SourceId inside) {
    if (depth > 0 && dice_.Chance(60)) {
      const ExprId left = Test(depth - 1, inside);
      switch (dice_.Below(3)) {
        case 0:
          return builder_.And({left, Test(depth - 1, inside)});
        case 1:
          return builder_.Or({left, Test(depth - 1, inside)});
        default:
          return builder_.Not(left);
      }
    }
    switch (dice_.Below(16)) {
      case 0:
        return builder_.Call("exists", Shape::kPresence,
                             {builder_.FieldExpr(FieldFor(inside))});
      case 1:
        return builder_.Call("== null", Shape::kPresence, {ValueOf(inside)});
      case 2:
        return builder_.Call(
            dice_.Of<std::string>({"==", "!=", "<", "contains"}),
            Shape::kCompare, {ValueOf(inside), ValueOf(inside)});
      case 3: {
        Expr in;
        in.node = Node::kInList;
        in.a = static_cast<uint32_t>(dice_.Below(2));
        in.args = {ValueOf(inside)};
        return builder_.Intern(std::move(in));
      }
      case 4:
        return Quantifier(inside);
      default:
        return MemberTest(ValueOf(inside));
    }
  }

  void AddRule(size_t number) {
    Rule rule;
    rule.name = StrCat("r", number);
    rule.state = StableHash(rule.name);
    const size_t keys = dice_.Below(3);
    if (keys > 0) rule.pattern = WindowPattern();
    for (size_t i = 0; i < keys; ++i) rule.key_names.push_back(StrCat("k", i));
    const size_t tests = 1 + dice_.Below(3);
    for (size_t i = 0; i < tests; ++i) {
      EventTest& test = rule.tests.emplace_back();
      test.test = Test(3, {});
      const SourceId source = Sourced();
      if (source.valid() && dice_.Chance(50)) {
        Expr in;
        in.node = Node::kInSource;
        in.a = source.value;
        test.test = builder_.And({builder_.Intern(std::move(in)), test.test});
        rule.from.push_back(source);
      }
      for (size_t k = 0; k < keys; ++k) test.key.push_back(ValueOf({}));
    }
    if (rule.from.size() < tests) rule.from.clear();
    for (size_t i = dice_.Below(4); i > 0; --i) {
      Capture& capture = rule.captures.emplace_back();
      capture.name = StrCat("c", i);
      capture.expr = ValueOf({});
    }
    builder_.AddRule(std::move(rule));
  }

  Dice dice_;
  PlanBuilder builder_;
};

std::string Scalar(Dice* dice) {
  switch (dice->Below(8)) {
    case 0:
      return dice->Of<std::string>(
          {"22", "22.0", "1.5", "-3", "18446744073709551615", "1e3"});
    case 1:
      return dice->Of<std::string>({"true", "false", "null"});
    case 2:
      return "\"\\u0061n\\u0041\"";
    default: {
      std::string json;
      AppendJson(Value::Text(dice->Of(kTexts)), 1'000, &json);
      return json;
    }
  }
}

std::string Json(Dice* dice, size_t depth) {
  if (depth > 0 && dice->Chance(15)) {
    std::string array = "[";
    for (size_t i = dice->Below(5); i > 0; --i) {
      array += Json(dice, depth - 1) + (i > 1 ? "," : "");
    }
    return array + "]";
  }
  if (depth > 0 && dice->Chance(15)) {
    std::string object = "{";
    for (size_t i = dice->Below(3); i > 0; --i) {
      object += "\"" + dice->Of<std::string>({"b", "user", "host", "n", "0"}) +
                "\":" + Json(dice, depth - 1) + (i > 1 ? "," : "");
    }
    return object + "}";
  }
  return Scalar(dice);
}

std::string Object(Dice* dice) {
  static const std::vector<std::string> keys = {
      "user", "host", "a", "a.b", "Event", "n", "tags", "Channel", "other"};
  std::string object = "{";
  const auto add = [&](const std::string& key, const std::string& value) {
    if (object.size() > 1) object += ",";
    object += "\"" + key + "\":" + value;
  };
  for (size_t i = 2 + dice->Below(5); i > 0; --i) {
    add(dice->Of(keys), Json(dice, 2));
  }
  if (dice->Chance(50)) {
    std::string message;
    AppendJson(Value::Text(dice->Of(kMessages)), 1'000, &message);
    add("message", message);
  }
  if (dice->Chance(30)) {
    add("mods", "[{\"user\":" + Scalar(dice) + ",\"n\":" + Json(dice, 1) +
                    "},{\"user\":" + Json(dice, 1) + ",\"n\":" + Scalar(dice) +
                    "}]");
  }
  if (dice->Chance(40)) {
    add(dice->Of<std::string>({"@timestamp", "timestamp", "ts"}),
        dice->Of<std::string>({"\"2026-01-05T00:00:00Z\"", "1767571200",
                               "\"Jan  5 01:02:03\"", "\"soon\""}));
  }
  return object + "}";
}

}  // namespace

std::shared_ptr<const Plan> GeneratedPlan(uint64_t seed, size_t rules) {
  Limits limits;
  limits.array_values = 6;
  limits.key_values = 8;
  limits.capture_bytes = 12;
  limits.key_bytes = 10;
  return Generator(seed, limits).Make(rules);
}

std::string GeneratedMessage(Dice* dice) {
  std::string message = Object(dice);
  if (dice->Chance(5)) message += Object(dice);
  if (dice->Chance(2)) message = "[" + message + "," + Object(dice) + "]";
  if (dice->Chance(3)) message.resize(dice->Below(message.size()));
  if (!message.empty() && dice->Chance(3)) {
    message[dice->Below(message.size())] = '\xFF';
  }
  return message;
}

std::string GeneratedLine(Dice* dice) {
  return dice->Chance(70) ? dice->Of(kMessages) : dice->Of(kTexts);
}

}  // namespace tocsin::testing
