// SPDX-License-Identifier: Apache-2.0
//
// Ast: a rule file as it was written (LANGUAGE.md section 12), before names
// are resolved. The parser and the Sigma reader make it; checker, lowering
// and formatter read it. Every node has the Span of its text.
//
// Expressions are one struct with a kind; all else is a variant of small
// structs, taken with std::visit, All<T>(items) and Find<T>(items).
// Ownership: nodes own their children. Threads: immutable once parsed.
// Tested by: tests/rules/parser_test.cc (dumps), tests/rules/format_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/time.h"
#include "rules/source.h"

namespace tocsin::rules::ast {

// ------------------------------------------------------------------- words
// A NAME. `quoted`: written in backticks.
struct Name {
  std::string text;
  Span span;
  bool quoted = false;

  bool empty() const { return text.empty(); }
};

// A STRING. `raw`: written in single quotes.
struct Text {
  std::string value;
  Span span;
  bool raw = false;
};

struct Segment {
  std::string text;
  bool quoted = false;

  bool operator==(const Segment&) const = default;
};

// `Event.EventData.Image`: at least one segment.
struct Path {
  std::vector<Segment> segments;
  Span span;

  bool empty() const { return segments.empty(); }
  // Segments with dots between, without backticks.
  std::string Dotted() const;
  bool IsName(std::string_view name) const {  // one segment, equal to `name`
    return segments.size() == 1 && segments[0].text == name;
  }
};

struct Duration {
  std::string text;  // "1h30m"
  DurationNs value = 0;
  Span span;
};

struct Integer {
  std::string text;
  int64_t value = 0;
  Span span;
};

// ------------------------------------------------------------- expressions
enum class ExprKind : uint8_t {
  // Literals. `text` is the text as written, except for kText.
  kText,      // `text` is the value; `raw`
  kNumber,    // `number`; where `is_integer` also `integer`, exactly
  kDuration,  // `integer`: nanoseconds
  kSize,      // `number`: bytes; where `is_integer` also `integer`
  kPercent,   // `number`: the fraction, 0.9 for 90%
  kDate,      // `integer`: nanoseconds since 1970 of 00:00Z
  kBool,      // `integer`: 0 or 1
  kNull,
  kRegex,  // `text`: between the slashes, `\/` kept; `name`: flags of "ims"
  // Operands.
  kPath,        // path(): a field, or the name of a test, value or alias
  kMeasure,     // `text`: count distinct sum avg min max earliest latest
                // percentile; `paths`; `number`+`integer` for percentile;
                // `name`: after `of`, may be empty
  kTimeOf,      // time of `name`
  kCall,        // `text`(args...)
  kListRow,     // `text`[args[0]].`name`; the column may be empty
  kNegate,      // - args[0]
  kArithmetic,  // args[0] `text` args[1]; one of + - * /
  // Conditions.
  kCompare,     // args[0] `text` args[1]; one of == != < <= > >=
  kTextOp,      // args[0] `text` [all] (args[1], ..); contains startswith
                // endswith like matches; `all`
  kExists,      // args[0] exists
  kInSet,       // args[0] in (args[1], ..)
  kInCidr,      // args[0] in cidr (args[1], ..)
  kInList,      // args[0] in list `name`
  kInRange,     // args[0] in args[1] .. args[2]
  kInValue,     // args[0] in args[1]: a set, `f.user`
  kQuantified,  // any|all `name` in path() where (args[0]); `all`
  kUnusually,   // unusually high|low args[0]; `text` is high or low
  kNot,         // not args[0]
  kAnd,         // args, at least two
  kOr,          // args, at least two
  kError,       // a mistake stood here and is reported; say nothing more
};

// "text", "compare", ...: the name of a kind, as in dumps.
const char* ExprKindName(ExprKind kind);

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Expr {
  ExprKind kind = ExprKind::kError;
  bool raw = false;            // kText: written in single quotes
  bool all = false;            // kTextOp, kQuantified
  bool is_integer = false;     // kNumber, kSize
  bool parenthesized = false;  // for the formatter; means nothing
  uint16_t height = 1;         // of the tree; the parser's at most 200
  Span span;                   // of the whole, without outer parentheses
  Span op_span;                // operator, function or keyword of this node
  std::string text;
  Name name;
  int64_t integer = 0;
  double number = 0;
  std::vector<Path> paths;
  std::vector<ExprPtr> args;

  const Path& path() const { return paths.front(); }
  const Expr& arg(size_t i) const { return *args[i]; }
  bool literal() const { return kind <= ExprKind::kRegex; }
};

// A deep copy.
ExprPtr Clone(const Expr& expr);

// ------------------------------------------------------- shared by all items
// rref: a rule by its name or by its id (a STRING, may hold a glob in except).
struct RuleRef {
  std::string text;
  Span span;
  bool is_text = false;  // written as a STRING
  bool raw = false;
  bool quoted = false;  // a name in backticks
};

// ref: a test, or the finding of a rule.
struct Ref {
  bool finding = false;
  RuleRef target;
  Span span;
};

struct AtMost {
  Integer count;
  std::vector<Path> by;  // empty: none written
  Duration per;
  Span span;
};

// NAME = [from names where] expr, in a file or in a rule.
struct Define {
  Name name;
  std::vector<Name> from;  // empty: none written
  ExprPtr value;           // never null
};

// ------------------------------------------------------------------- source
struct SourceWhere {
  ExprPtr condition;
};
struct SourceSigma {
  struct Part {
    Name key;  // product, category or service
    Name value;
  };
  std::vector<Part> parts;
};
struct SourceParse {
  Name format;
};
struct SourceExtract {
  std::string regex;  // between the slashes
  std::string flags;
  Span regex_span;
  Path from;
};
struct SourceTime {
  Path path;
  std::optional<Text> format;
  std::optional<Text> zone;
};
struct SourceOrder {
  Path path;
};
struct SourceUnder {
  std::vector<Path> prefixes;
};
struct SourceField {
  Path name;
  std::vector<ExprPtr> alternatives;  // empty: only a type is declared
  Name type;                          // empty: none written
};
struct SourceAbsent {
  std::vector<Text> values;
};
struct SourceStrict {};

struct SourceItem {
  Span span;
  Span keyword;
  std::variant<SourceWhere, SourceSigma, SourceParse, SourceExtract, SourceTime,
               SourceOrder, SourceUnder, SourceField, SourceAbsent,
               SourceStrict>
      node;
};

struct Source {
  Name name;
  std::vector<SourceItem> items;
};

// --------------------------------------------------------------------- list
struct ListType {
  Name type;
};
struct ListFile {
  Text path;
};
struct ListKey {
  Name column;
};
struct ListExpires {
  Name column;
};
struct ListStale {
  Duration after;
};
struct ListLimit {
  Integer rows;
};

struct ListItem {
  Span span;
  Span keyword;
  std::variant<ListType, ListFile, ListKey, ListExpires, ListStale, ListLimit>
      node;
};

struct List {
  Name name;
  bool is_inline = false;
  std::vector<ExprPtr> values;  // inline only
  std::vector<ListItem> items;
};

// ------------------------------------------------------------------- except
struct ExceptRules {
  std::vector<RuleRef> rules;
};
struct ExceptWhere {
  ExprPtr condition;
};
struct ExceptUntil {
  std::string text;
  TimeNs date = 0;  // 00:00Z
  Span span;
};
struct ExceptOwner {
  Text value;
};
struct ExceptReason {
  Text value;
};

struct ExceptItem {
  Span span;
  Span keyword;
  std::variant<ExceptRules, ExceptWhere, ExceptUntil, ExceptOwner, ExceptReason>
      node;
};

struct Except {
  Text title;
  std::vector<ExceptItem> items;
};

// ----------------------------------------------------------------- patterns
// `by a, b`, where written. The span starts at the word.
struct By {
  std::vector<Path> paths;
  Span span;

  bool empty() const { return paths.empty(); }
};

// [ INT "+" [ "distinct" path ] "of" ] ref [ "as" NAME ] [ by ] [ where ]
struct Step {
  std::optional<Integer> at_least;  // `10+ of`
  Path distinct;                    // `20+ distinct user of`; may be empty
  Ref ref;
  Name alias;  // may be empty
  By by;
  ExprPtr where;  // may be null
  Span span;
};

struct Guard {
  std::vector<Ref> refs;
  By by;
  std::optional<Duration> duration;  // `for D`: trailing
  ExprPtr where;                     // may be null
  Span span;
};

// expr [by] [within D | per D ...]; without a window: an event test.
struct Condition {
  enum class Window : uint8_t { kNone, kWithin, kPer };
  ExprPtr condition;
  By by;
  Window window = Window::kNone;
  Duration duration;
  Name season;               // hour_of_week; empty: none
  std::optional<Text> zone;  // after `season NAME in`
  bool against_others = false;
  std::optional<Duration> learning;
};

struct Sequence {
  By by;
  Duration within;
  std::vector<std::variant<Step, Guard>> items;
};

// all of a, b within D (refs), or all within D { steps }.
struct AllOf {
  std::vector<Ref> refs;
  std::vector<Step> steps;
  bool braces = false;  // the second form
  By by;
  Duration within;
};

struct AnyOf {
  Integer count;
  std::vector<Ref> refs;
  By by;
  Duration within;
};

struct Silence {
  std::optional<Ref> of;
  By by;
  Name list;  // `in list`; may be empty
  Duration duration;
};

struct First {
  std::optional<Ref> of;    // first of TEST, or
  std::vector<Path> paths;  // first V
  By by;
  Duration in;
  std::optional<Duration> learning;
};

struct Rare {
  std::vector<Path> paths;
  By by;
  ExprPtr share;                 // kPercent; or
  std::optional<Integer> below;  // below 3 distinct host
  Path distinct;
  Duration in;
  std::optional<Duration> learning;
};

struct Pattern {
  Span span;
  std::variant<Condition, Sequence, AllOf, AnyOf, Silence, First, Rare> node;
};

// --------------------------------------------------------------------- rule
struct Meta {
  std::string word;  // title id status mode author owner ...
  std::variant<Text, Name, ExceptUntil> value;  // ExceptUntil: a DATE
  std::vector<Text> more;
};
struct Level {
  struct Case {
    Name level;
    ExprPtr where;
  };
  Name level;  // where no case holds
  std::vector<Case> cases;
};
struct Attack {
  std::vector<Path> ids;
};
struct Risk {
  struct Part {
    Integer amount;
    Path on;
  };
  std::vector<Part> parts;
};
struct From {
  std::vector<Name> names;
  ExprPtr where;  // may be null
};
struct When {
  Pattern pattern;
  std::optional<AtMost> at_most;
};
struct Keep {
  std::vector<Path> paths;
};
struct AcrossTenants {};

struct VerisEntry {
  Name axis;  // actor action asset confidentiality ... targeted
  Name name;  // actor/action NAME, or the word of an attribute or scalar
  std::vector<Text> values;  // of name, asset or attribute; a scalar's text
  std::vector<Text> via;
  std::vector<Text> motive;
  Span span;
};

struct IncidentSummary {
  Text value;
};
struct IncidentPlaybook {
  Text value;
};
struct IncidentOwner {
  Text value;
};
struct IncidentGroup {
  struct Key {
    Path name;
    Path value;  // `user = w.user`; may be empty
  };
  std::vector<Key> keys;
  Duration span_of_case;
  std::optional<Text> as;
};
struct IncidentVeris {
  std::vector<VerisEntry> entries;
};

struct IncidentItem {
  Span span;
  Span keyword;
  std::variant<IncidentSummary, IncidentPlaybook, IncidentOwner, IncidentGroup,
               IncidentVeris>
      node;
};

struct Incident {
  bool none = false;
  std::vector<IncidentItem> items;
};

// -------------------------------------------------------------------- tests
enum class JsonKind : uint8_t { kNull, kBool, kNumber, kText, kArray, kObject };

struct Json;

// A key is a path (a dotted one nests) or a STRING (literal).
struct JsonMember;

struct Json {
  JsonKind kind = JsonKind::kNull;
  bool raw = false;  // kText: written in single quotes
  Span span;
  std::string text;  // kText: the value; kNumber: as written; kBool: as is
  std::vector<Json> items;
  std::vector<JsonMember> members;
};

struct JsonMember {
  Path path;  // empty when `literal` is set
  std::optional<Text> literal;
  Json value;
  Span span;
};

struct TestStart {
  Text value;  // a date or an RFC 3339 text
  bool is_date = false;
  TimeNs time = 0;  // of a DATE only
};
struct TestList {
  Name name;
  std::vector<ExprPtr> values;
};
struct TestExcept {
  Text title;
};
struct TestUntil {
  Duration time;
};
struct TestAt {
  Duration first;
  std::optional<Duration> last;  // `.. D every D`: both or none
  std::optional<Duration> every;
  Json event;
};
struct TestExpect {
  enum class What : uint8_t { kNothing, kFinding, kIncident };
  What what = What::kNothing;
  std::optional<Integer> count;  // not set: `no`, or `nothing`
  std::optional<Duration> at;
  std::optional<Json> object;
};

struct TestItem {
  Span span;
  Span keyword;
  std::variant<TestStart, TestList, TestExcept, TestUntil, TestAt, TestExpect>
      node;
};

struct Test {
  Text title;
  std::vector<TestItem> items;
};

struct RuleItem {
  Span span;
  Span keyword;  // the first word
  std::variant<Meta, Level, Attack, Risk, From, Define, When, AtMost, Keep,
               AcrossTenants, Incident, Test>
      node;
};

struct Rule {
  Name name;
  std::vector<RuleItem> items;
};

struct Extend {
  RuleRef rule;
  std::vector<RuleItem> items;
};

// --------------------------------------------------------------------- file
struct FileItem {
  Span span;
  Span keyword;
  std::variant<Source, List, Rule, Extend, Except, Define> node;
};

struct Comment {
  Span span;  // from `#` to the end of the line, without the line end
};

struct File {
  FileId id = 0;
  std::vector<FileItem> items;
  std::vector<Comment> comments;  // in the order of the text
};

// The items whose node is a T, in order, with their spans:
//   for (const auto& [item, risk] : All<ast::Risk>(rule.items)) ...
template <typename T, typename Item>
std::vector<std::pair<const Item*, const T*>> All(
    const std::vector<Item>& items) {
  std::vector<std::pair<const Item*, const T*>> found;
  for (const Item& item : items) {
    if (const T* node = std::get_if<T>(&item.node)) {
      found.emplace_back(&item, node);
    }
  }
  return found;
}

// The first item whose node is a T, or null.
template <typename T, typename Item>
const T* Find(const std::vector<Item>& items) {
  for (const Item& item : items) {
    if (const T* node = std::get_if<T>(&item.node)) return node;
  }
  return nullptr;
}

// Stable text of the tree, for golden tests and `check --dump=ast`. Spans,
// quote styles and parentheses are left out: what has the same meaning by
// grammar has the same dump.
std::string Dump(const File& file);
std::string Dump(const Expr& expr);

}  // namespace tocsin::rules::ast
